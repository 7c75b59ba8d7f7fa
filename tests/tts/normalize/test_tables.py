"""What is written and what is said, language by language."""

import pytest

from speech.tts.normalize import normalize

CASES = {
    "en": """
        The 1992 US election | The nineteen ninety-two US election
        the 2008 financial crisis | the two thousand eight financial crisis
        2020 elections | twenty twenty elections
        the '00s | the two thousands
        Smith v. Jones | Smith versus Jones
        1200 new jobs | one thousand two hundred new jobs
        3m people | three million people
        a 3m wall | a three meter wall
        2.5B users | two point five billion users
        due 12/25 | due December twenty-fifth
        2/3 of it | two thirds of it
        May 5–7 | May fifth to seventh
        Aug 2021 | August twenty twenty-one
        Sept. 9, 2024 | September ninth twenty twenty-four
        Mon–Fri | Monday to Friday
        2024-02-29T13:45:00Z | February twenty-ninth twenty twenty-four thirteen forty-five U T C
        2:00:35 | two hours zero minutes thirty-five seconds
        3:43.13 | three minutes forty-three point one three seconds
        1:50,000 | one to fifty thousand
        a 5 km run | a five kilometer run
        a 5 km and | a five kilometers and
        a $5 bill | a five dollar bill
        the $1.5 billion deal | the one point five billion dollar deal
        a $2.50 fee | a two dollar and fifty cent fee
        Bake 20–25 min. until done | Bake twenty to twenty-five minutes until done
        3/4 tsp. salt | three quarters teaspoon salt
        6 ft. 2 in. tall | six feet two inches tall
        5 ft 11 in tall | five feet eleven inches tall
        a 27" monitor | a twenty-seven inch monitor
        "It was 27" | "It was twenty-seven"
        6.022×10^23 | six point zero two two times ten to the power of twenty-three
        3 × 10⁸ m/s | three times ten to the power of eight meters per second
        10⁻³ | ten to the power of minus three
        as said⁸ | as said⁸
        CO₂ | CO two
        30 km/hr | thirty kilometers per hour
        5 µg/m³ | five micrograms per cubic meter
        km/h and mph | kilometers per hour and miles per hour
        $5/kg | five dollars per kilogram
        40°26'46" | forty degrees twenty-six minutes forty-six seconds
        UTC+2 | UTC plus two
        3 × 4 = 12 | three times four equals twelve
        10 / 2 = 5 | ten divided by two equals five
        the 80-20 rule | the eighty twenty rule
        20-80 people | twenty to eighty people
        10s of thousands | tens of thousands
        Dial 911 | Dial nine one one
        Springfield, IL 62704 | Springfield, IL six two seven zero four
        i7-9700K | i seven nine seven zero zero K
        Q1-Q3 | Q one to Q three
        version v2.0 | version two point zero
        https://example.com/ | example dot com
        localhost:80 | localhost colon eighty
        I.e., this | that is, this
        act II, scene iv | act two, scene four
        II. Methods | two. Methods
        Henry V. Smith | Henry V Smith
        Henry V and Richard III | Henry the fifth and Richard the third
        15 W. 34th St. | fifteen W. thirty-fourth street.
        set x=30s | set x=thirty seconds
        It costs $49.95. | It costs forty-nine dollars and ninety-five cents.
        $1,250.01 | one thousand two hundred fifty dollars and one cent
        $0.99 | ninety-nine cents
        £3.20 | three pounds and twenty pence
        €1 | one euro
        $2.7 billion | two point seven billion dollars
        £1bn | one billion pounds
        CHF 10.50 | ten Swiss francs and fifty centimes
        -$5 | minus five dollars
        $5-10 | five to ten dollars
        US$ 5 | five U S dollars
        ¥1000 | one thousand yen
        ₹500 | five hundred rupees
        8:00 | eight o'clock
        at 8:05 | at eight oh five
        14:30 | fourteen thirty
        14:00 | fourteen hundred
        9:59 pm | nine fifty-nine p m
        Meet me at 5pm. | Meet me at five p m.
        at 11 a.m. | at eleven a m.
        25:00 | twenty-five to zero zero
        the 1990s | the nineteen nineties
        the '60s | the sixties
        the 1800s | the eighteen hundreds
        in 1905 | in nineteen oh-five
        in 1066 | in ten sixty-six
        since 2010 | since twenty ten
        by 2000 | by two thousand
        It was 1984. | It was nineteen eighty-four.
        1984 people | one thousand nine hundred eighty-four people
        2,024 | two thousand twenty-four
        1939-1945 | nineteen thirty-nine to nineteen forty-five
        2019–21 | twenty nineteen to twenty-one
        Dr. Smith | doctor Smith
        Mulholland Dr. | Mulholland drive.
        St. John of Main St. | saint John of Main street.
        Mr. and Mrs. Jones | mister and missus Jones
        Martin Luther King Jr. spoke | Martin Luther King junior spoke
        2nd | second
        the 21st, 112th and 1,000th | the twenty-first, one hundred twelfth and one thousandth
        10 km/h | ten kilometers per hour
        1 km | one kilometer
        5kg | five kilograms
        -40 °F | minus forty degrees Fahrenheit
        50 % | fifty percent
        12.5% | twelve point five percent
        10–15% | ten to fifteen percent
        100 Mbit/s | one hundred megabits per second
        60 mph | sixty miles per hour
        5'10" | five feet ten inches
        1/2 | one half
        3/4 | three quarters
        7/8 | seven eighths
        2 1/3 cups | two and one third cups
        3½ | three and a half
        24/7 | twenty-four seven
        1,234,567 | one million two hundred thirty-four thousand five hundred sixty-seven
        -17 | minus seventeen
        ±2 | plus or minus two
        3.14159 | three point one four one five nine
        .5 | point five
        1e5 | one times ten to the power of five
        007 | zero zero seven
        12345678901234567 | one two three four five six seven eight nine zero one two three four five six seven
        2026-11-21 | November twenty-first twenty twenty-six
        11/21/2026 | November twenty-first twenty twenty-six
        13/02/1999 | February thirteenth nineteen ninety-nine
        Nov. 21, 2026 | November twenty-first twenty twenty-six
        on 4 July 1776 | on the fourth of July seventeen seventy-six
        the 4th of July | the fourth of July
        we may 5 | we may five
        February 30, 2001 | February thirty, two thousand one
        pp. 3-5 | pages three to five
        p. 12 | page twelve
        No. 7 | number seven
        No. I won't | No. I won't
        #1 | number one
        R&D | R and D
        6 x 4 | six by four
        2 + 2 = 4 | two plus two equals four
        7 - 3 = 4 | seven minus three equals four
        16:9 | sixteen to nine
        5x | five times
        10k | ten thousand
        3*4 | three times four
        50-50 | fifty-fifty
        10² | ten squared
        20 m² | twenty square meters
        the 2020/21 season | the twenty twenty twenty-one season
        2020-12-25T10:30 | December twenty-fifth twenty twenty ten thirty
        RTX2080 | RTX twenty eighty
        Pope John Paul II | Pope John Paul the second
        a 3-year-old | a three-year-old
        1-800-555-1234 | one, eight zero zero, five five five, one two three four
        Henry VIII | Henry the eighth
        Louis XIV | Louis the fourteenth
        Elizabeth I was | Elizabeth the first was
        Elizabeth I think | Elizabeth I think
        Chapter IV | Chapter four
        the XIX century | the nineteenth century
        I MIX it | I MIX it
        J. R. R. Tolkien | J R R Tolkien
        the U.S. Army | the U S Army
        NASA and the FBI | NASA and the FBI
        e.g. this | for example this
        i.e. that | that is that
        cats, dogs, etc. | cats, dogs, et cetera.
        COVID-19 | COVID-nineteen
        H2O | H two O
        v1.2.3 | version one point two point three
        192.168.0.1 | one hundred ninety-two dot one hundred sixty-eight dot zero dot one
        +1 (555) 010-9999 | plus one, five five five, zero one zero, nine nine nine nine
        info@example.org | info at example dot org
        https://example.com/a?b=1 | example dot com slash a question mark b equals one
        Nothing to see here. | Nothing to see here.
    """,
    "en-GB": """
        121 | one hundred and twenty-one
        03/04/2025 | the third of April twenty twenty-five
        5 % | five per cent
        10 km/h | ten kilometres per hour
    """,
    "de": """
        vom 5.–7. Mai | vom fünften bis siebten Mai
        der II. Weltkrieg | der zweite Weltkrieg
        Bd. II | Band zwei
        1. Kapitel | erstes Kapitel
        wurde 2. beim Rennen | wurde zweiter beim Rennen
        ein 10er | ein zehner
        in den 90ern | in den neunzigern
        100%ig | einhundertprozentig
        Hauptstr. 12 | Hauptstraße zwölf
        1848 brach sie aus | achtzehnhundertachtundvierzig brach sie aus
        1200 Seiten | eintausendzweihundert Seiten
        1200 neue Stellen | eintausendzweihundert neue Stellen
        1 Mio. Menschen | eine Million Menschen
        2 EL Zucker | zwei Esslöffel Zucker
        5 l/100 km | fünf Liter pro einhundert Kilometer
        Dr. med. Meier | Doktor med Meier
        Mo.–Fr. 9–17 Uhr | Montag bis Freitag neun bis siebzehn Uhr
        z. B. heute | zum Beispiel heute
        z.B. heute | zum Beispiel heute
        d. h. morgen usw. | das heißt morgen und so weiter.
        Nr. 5 | Nummer fünf
        3,14 € | drei Euro vierzehn
        1 € | ein Euro
        0,99 € | neunundneunzig Cent
        2,5 Mio. € | zwei Komma fünf Millionen Euro
        3 Mrd. Menschen | drei Milliarden Menschen
        3. Mai | dritter Mai
        am 3. Mai | am dritten Mai
        der 3. Mai | der dritte Mai
        am 3.5.2021 | am dritten Mai zweitausendeinundzwanzig
        vom 1.2. bis 3.4. hier | vom ersten Februar bis dritten April hier
        um 8:00 Uhr | um acht Uhr
        um 1 Uhr | um ein Uhr
        14.30 Uhr | vierzehn Uhr dreißig
        9:05 | neun Uhr fünf
        1.234.567,89 | eine Million zweihundertvierunddreißigtausendfünfhundertsiebenundsechzig Komma acht neun
        10 km/h | zehn Kilometer pro Stunde
        1 t | eine Tonne
        20 °C | zwanzig Grad Celsius
        1/2 | ein halb
        2½ | zweieinhalb
        1 1/2 | eineinhalb
        im 19. und 20. Jahrhundert | im neunzehnten und zwanzigsten Jahrhundert
        im Buch, 8. Auflage | im Buch, achte Auflage
        Saison 2020/21 | Saison zweitausendzwanzig einundzwanzig
        3/4 | drei Viertel
        die 90er | die neunziger
        im Jahr 1984 | im Jahr neunzehnhundertvierundachtzig
        Ludwig XIV. regierte | Ludwig der vierzehnte regierte
        Elisabeth II. | Elisabeth die zweite.
        im 20. Jahrhundert | im zwanzigsten Jahrhundert
        der 2. Weltkrieg | der zweite Weltkrieg
        in der 3. Klasse | in der dritten Klasse
        Seite 5 | Seite fünf
        1 Apfel | ein Apfel
        2:1 | zwei zu eins
        -5 | minus fünf
        S. 3–5 | Seite drei bis fünf
        § 5 | Paragraf fünf
        J. S. Bach | J S Bach
    """,
    "fr": """
        3,14 | trois virgule quatorze
        0,05 | zéro virgule zéro cinq
        1 minute | une minute
        21 filles | vingt-et-une filles
        av. J.-C. et | avant Jésus-Christ et
        St-Étienne | saint-Étienne
        la Ve République | la cinquième République
        le 2nd tour | le deuxième tour
        3,14 € | trois euros quatorze
        1 € | un euro
        1 234,5 | mille deux cent trente-quatre virgule cinq
        3 millions d'euros | trois millions d'euros
        5 M€ | cinq millions d'euros
        le 1er mai | le premier mai
        le 14 juillet 1789 | le quatorze juillet mille sept cent quatre-vingt-neuf
        1re | première
        le XXe siècle | le vingtième siècle
        Louis XIV | Louis quatorze
        François Ier | François premier
        14h30 | quatorze heures trente
        à 1h | à une heure
        8:00 | huit heures
        50 % | cinquante pour cent
        3/4 | trois quarts
        n° 5 | numéro cinq
        M. Dupont | monsieur Dupont
        p. ex. ici | par exemple ici
        10 km/h | dix kilomètres par heure
        71 | soixante-et-onze
    """,
    "es": """
        1,50 m | uno coma cincuenta metros
        1/2 kilo | medio kilo
        las 21:45 h | las veintiuna y cuarenta y cinco
        2,50 €/kg | dos euros con cincuenta por kilogramo
        5 $ | cinco dólares
        3,14 € | tres euros con catorce
        1 € | un euro
        200 £ | doscientas libras
        1.234,5 | mil doscientos treinta y cuatro coma cinco
        21 años | veintiún años
        2º | segundo
        1ª | primera
        siglo XXI | siglo veintiuno
        Felipe II | Felipe segundo
        Alfonso XIII | Alfonso trece
        a las 8:00 | a las ocho
        14:30 | catorce y treinta
        3 de mayo de 2021 | tres de mayo de dos mil veintiuno
        21/11/2026 | veintiuno de noviembre de dos mil veintiséis
        50 % | cincuenta por ciento
        pág. 12 | página doce
        Sra. López | señora López
        p. ej. esto | por ejemplo esto
        1/2 | un medio
    """,
    "it": """
        alle 20.15 | alle venti e quindici
        3.500 persone | tremilacinquecento persone
        all'1:00 | all'una
        2 mld di euro | due miliardi di euro
        1/2 mela | mezza mela
        3,14 € | tre euro e quattordici
        1 € | un euro
        1º maggio | primo maggio
        21/11/2026 | ventuno novembre duemilaventisei
        il XX secolo | il ventesimo secolo
        Elisabetta II | Elisabetta seconda
        alle 8:00 | alle otto
        14:30 | quattordici e trenta
        50% | cinquanta percento
        3/4 | tre quarti
        pag. 12 | pagina dodici
        10 km/h | dieci chilometri orari
    """,
    "pt": """
        1 mulher | uma mulher
        1/2 quilo | meio quilo
        1,50 m | um vírgula cinquenta metro
        R$ 49,95 | quarenta e nove reais e noventa e cinco centavos
        2 £ | duas libras
        1º de maio | primeiro de maio
        século XXI | século vinte e um
        às 8h | às oito horas
        14h30 | catorze horas e trinta
        50% | cinquenta por cento
        nº 5 | número cinco
        1/2 | um meio
    """,
    "pt-PT": "17 | dezassete",
    "nl": """
        80 km/u | tachtig kilometer per uur
        mevr. de Vries | mevrouw de Vries
        2 mln. euro | twee miljoen euro
        € 3,14 | drie euro veertien
        3 mei 2021 | drie mei tweeduizendeenentwintig
        2e | tweede
        in 1984 | in negentienvierentachtig
        om 8:00 uur | om acht uur
        14:30 | veertien uur dertig
        50% | vijftig procent
        d.w.z. dit | dat wil zeggen dit
        3/4 | drie kwart
        Lodewijk XIV | Lodewijk de veertiende
    """,
    "sv": """
        3,5 km | tre komma fem kilometer
        1 kr | en krona
        3,50 kr | tre kronor femtio
        på 1800-talet | på artonhundratalet
        den 2:a | den andra
        Karl XII var | Karl den tolfte var
    """,
    "da": "50 % | halvtreds procent",
    "nb": "1 kg | ett kilogram",
    "fi": "5 km | viisi kilometriä",
    "pl": "5 zł | pięć złotych\n1 t | jedna tona\n3 maja | trzeciego maja\n3,50 zł | trzy złote pięćdziesiąt",
    "cs": "5 Kč | pět korun\n23. května | dvacátého třetího května\n19. století | 19. století",
    "ru": """
        2 т | две тонны
        21 ₽ | двадцать один рубль
        50 % | пятьдесят процентов
        9 мая 1945 года | девятого мая одна тысяча девятьсот сорок пятого года
        в 2024 г. было | в две тысячи двадцать четвёртом году было
        с 2024 г. было | с две тысячи двадцать четвёртого года было
        XIX век | девятнадцатый век
        в XIX веке | в девятнадцатом веке
    """,
    "uk": "2 ₴ | дві гривні\n24 серпня | двадцять четвертого серпня",
    "ro": "17 km | șaptesprezece kilometri",
    "hu": "5 € | öt euró",
    "el": "10 km | δέκα χιλιόμετρα\n19ος αιώνας | δέκατος ένατος αιώνας",
    "ca": "3 de maig de 2021 | tres de maig de dos mil vint-i-u",
    "tr": "50% | yüzde elli\n%10 | yüzde on\n19. yüzyıl | on dokuzuncu yüzyıl\n3,50 TL | üç lira elli",
    "es-MX": "$50 | cincuenta pesos",
    "zh": """
        价格是¥3.50 | 价格是三点五〇元
        2024年 | 二〇二四年
        火车14:30出发 | 火车十四点三十分出发
        10%的人 | 百分之十的人
    """,
    "vi": "50% | năm mươi phần trăm",
    "bg": "1 kg | един килограм",
    "kk": "5 kg | бес килограмм",
    "ne": "10 km | दस किलोमिटर",
    "fa": "۱۲۳ | صد و بیست و سه",
    "ja": "5kg | 五キログラム",
    "xx": "5 kg at 8:00 | 5 kg at 8:00",
}
ROWS = [
    (language, *map(str.strip, row.split("|"))) for language, rows in CASES.items() for row in rows.strip().splitlines()
]


@pytest.mark.parametrize(("language", "written", "spoken"), ROWS)
def test_is_said_as_one_would(language, written, spoken):
    phrases = normalize(written, language)
    assert "".join(phrase.written for phrase in phrases) == written
    assert "".join(phrase.spoken for phrase in phrases) == spoken


def test_the_table_is_a_table():
    assert len(ROWS) >= 300
