"""Names common among Ukrainian families; only family names that do not change by gender."""

from embedded.sample.names.culture import Culture, read

UKRAINIAN = Culture(
    language="uk",
    keeps_name=0.12,
    women=read("""
        Олена=Olena, Наталія=Nataliia, Ірина=Iryna, Оксана=Oksana, Тетяна=Tetiana, Юлія=Yuliia,
        Світлана=Svitlana, Катерина=Kateryna, Марія=Mariia, Ганна=Hanna, Софія=Sofiia,
        Соломія=Solomiia, Дарина=Daryna, Надія=Nadiia, Людмила=Liudmyla, Вікторія=Viktoriia,
        Злата=Zlata, Поліна=Polina, Мирослава=Myroslava, Христина=Khrystyna, Любов=Liubov, Єва=Yeva
    """),
    men=read("""
        Олександр=Oleksandr, Андрій=Andrii, Сергій=Serhii, Володимир=Volodymyr, Іван=Ivan,
        Микола=Mykola, Дмитро=Dmytro, Тарас=Taras, Богдан=Bohdan, Юрій=Yurii, Василь=Vasyl,
        Максим=Maksym, Артем=Artem, Назар=Nazar, Остап=Ostap, Роман=Roman, Павло=Pavlo,
        Ярослав=Yaroslav, Денис=Denys, Матвій=Matvii, Тимофій=Tymofii, Левко=Levko
    """),
    families=read("""
        Шевченко=Shevchenko, Коваленко=Kovalenko, Бондаренко=Bondarenko, Ткаченко=Tkachenko,
        Кравченко=Kravchenko, Олійник=Oliinyk, Коваль=Koval, Поліщук=Polishchuk, Бойко=Boiko,
        Мельник=Melnyk, Ткачук=Tkachuk, Марченко=Marchenko, Лисенко=Lysenko, Мороз=Moroz,
        Гончаренко=Honcharenko, Савченко=Savchenko, Петренко=Petrenko, Кравчук=Kravchuk,
        Клименко=Klymenko, Павленко=Pavlenko, Сидоренко=Sydorenko, Гайдук=Haiduk,
        Яременко=Yaremenko, Литвин=Lytvyn, Швець=Shvets, Довженко=Dovzhenko
    """),
)
