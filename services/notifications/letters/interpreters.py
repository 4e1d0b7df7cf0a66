"""How to ask for an interpreter, for families who get their letter in English."""

INTERPRETER: dict[str, str] = {
    "es": "¿Necesita un intérprete? Llame a la escuela y diga “Spanish”. Es gratis.",
    "ar": "هل تحتاجون إلى مترجم؟ اتصلوا بالمدرسة وقولوا “Arabic”. الخدمة مجانية.",
    "zh": "您需要口译员吗？请致电学校，说“Mandarin”。服务免费。",
    "vi": "Quý vị cần thông dịch viên? Xin gọi cho nhà trường và nói “Vietnamese”. "
    "Dịch vụ này miễn phí.",
    "so": "Ma u baahan tahay turjubaan? Soo wac dugsiga oo dheh “Somali”. Adeeggu waa bilaash.",
    "uk": "Вам потрібен перекладач? Зателефонуйте до школи і скажіть “Ukrainian”. Це безкоштовно.",
    "ru": "Вам нужен переводчик? Позвоните в школу и скажите “Russian”. Это бесплатно.",
    "pt": "Precisa de um intérprete? Ligue para a escola e diga “Portuguese”. É gratuito.",
    "fr": "Vous avez besoin d’un interprète ? Appelez l’école et dites “French”. C’est gratuit.",
    "ht": "Èske ou bezwen yon entèprèt? Rele lekòl la epi di “Haitian Creole”. Li gratis.",
    "tl": "Kailangan ba ninyo ng interpreter? Tumawag sa paaralan at sabihin ang “Tagalog”. "
    "Libre po ito.",
    "yue": "您需要傳譯員嗎？請致電學校，說“Cantonese”。服務免費。",
    "ko": "통역이 필요하신가요? 학교에 전화하여 “Korean”이라고 말씀해 주세요. 무료입니다.",
    "de": "Brauchen Sie eine Dolmetscherin oder einen Dolmetscher? Rufen Sie die Schule an und "
    "sagen Sie “German”. Es kostet nichts.",
}
"""By language. The word in quotation marks is English, for whoever answers the telephone."""
