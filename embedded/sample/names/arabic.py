"""Names common among Arabic-speaking families, written from right to left."""

from embedded.sample.names.culture import Culture, read

ARABIC = Culture(
    language="ar",
    keeps_name=0.8,
    women=read("""
        فاطمة=Fatima, مريم=Maryam, عائشة=Aisha, زينب=Zainab, نور=Noor, ليلى=Layla, سارة=Sara,
        هدى=Huda, أمل=Amal, رنا=Rana, دينا=Dina, سلمى=Salma, ياسمين=Yasmin, خديجة=Khadija,
        منى=Mona, رانيا=Rania, هالة=Hala, نادية=Nadia, سعاد=Suad, إيمان=Iman, ريم=Reem, لينا=Lina,
        حنان=Hanan, شيماء=Shaimaa, غادة=Ghada, سميرة=Samira
    """),
    men=read("""
        محمد=Mohammed, أحمد=Ahmed, علي=Ali, عمر=Omar, يوسف=Yusuf, إبراهيم=Ibrahim, حسن=Hassan,
        حسين=Hussein, خالد=Khalid, مصطفى=Mustafa, محمود=Mahmoud, عبد الله=Abdullah, طارق=Tariq,
        سامي=Sami, كريم=Karim, ياسر=Yasser, بلال=Bilal, زياد=Ziad, رامي=Rami, وليد=Waleed,
        سعيد=Saeed, حمزة=Hamza, فادي=Fadi, ماهر=Maher, نبيل=Nabil, أنس=Anas
    """),
    families=read("""
        الحداد=Al-Haddad, الخطيب=Al-Khatib, النجار=Al-Najjar, الشامي=Al-Shami, العلي=Al-Ali,
        المصري=Al-Masri, الحسن=Al-Hassan, السيد=Al-Sayed, العبيدي=Al-Obaidi, التميمي=Al-Tamimi,
        الجبوري=Al-Jubouri, البغدادي=Al-Baghdadi, الحموي=Al-Hamwi, القاسم=Al-Qasim, حمدان=Hamdan,
        منصور=Mansour, خليل=Khalil, ناصر=Nasser, عثمان=Osman, داود=Dawood, إسماعيل=Ismail,
        سليمان=Suleiman, قاسم=Qasim, بركات=Barakat, زيدان=Zidan, صالح=Saleh, عيسى=Issa,
        الأحمد=Al-Ahmad, درويش=Darwish, الراوي=Al-Rawi
    """),
)
