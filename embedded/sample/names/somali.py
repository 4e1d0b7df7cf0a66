"""Names common among Somali families; spouses never share a last name."""

from embedded.sample.names.culture import Culture, read

SOMALI = Culture(
    language="so",
    keeps_name=1.0,
    women=read("""
        Faadumo, Xaliimo, Caasha, Hodan, Ifrah, Sagal, Ubax, Khadra, Maryan, Sahra, Deeqa, Ayaan,
        Fowsiya, Hibaaq, Nimco, Safiya, Asli, Zamzam, Idil, Hamdi, Shukri, Amina
    """),
    men=read("""
        Maxamed, Cabdi, Axmed, Cali, Xasan, Xuseen, Faarax, Guuleed, Liibaan, Cumar, Ismaaciil,
        Cabdullaahi, Bashiir, Mahad, Saciid, Yuusuf, Daahir, Warsame, Jaamac, Bile, Khaalid,
        Mustafe
    """),
    families=read("""
        Warsame, Faarax, Jaamac, Cabdi, Nuur, Cilmi, Shire, Guuleed, Maxamuud, Aadan, Diiriye,
        Samatar, Geedi, Xirsi, Muuse, Cismaan, Rooble, Abshir, Ducaale, Egal, Isaaq, Barre
    """),
)
