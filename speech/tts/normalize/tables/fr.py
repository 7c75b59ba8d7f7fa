"""French."""

from __future__ import annotations

from speech.tts.normalize.table import Clock, Dates, Fractions, Money, Romans, Table

TABLE = Table(
    point="virgule",
    decimals=3,
    to="à",
    by="par",
    times="fois",
    number="numéro",
    signs={
        "&": "et", "@": "arobase", "%": "pour cent", "+": "plus", "−": "moins", "±": "plus ou moins", "=": "égale",
        "≠": "différent de", "≈": "environ", "~": "environ", "<": "inférieur à", ">": "supérieur à",
        "≤": "au plus", "≥": "au moins", "×": "fois", "÷": "divisé par", "√": "racine de", "∞": "infini",
        "°": "degrés", "§": "paragraphe", "§§": "paragraphes", "^": "puissance", "²": "au carré", "³": "au cube",
        "№": "numéro",
        "#": "hashtag",
    },
    web={
        ".": "point", "/": "slash", ":": "deux points", "@": "arobase", "-": "tiret", "_": "tiret bas",
        "?": "point d'interrogation", "=": "égale", "&": "et", "#": "dièse", "%": "pour cent", "+": "plus",
        "~": "tilde", "v": "version",
    },
    abbreviations={
        "p. ex.": "par exemple", "par ex.": "par exemple", "c.-à-d.": "c'est-à-dire", "c.à.d.": "c'est-à-dire",
        "etc.": "et cetera", "cf.": "confer", "env.": "environ", "av. J.-C.": "avant Jésus-Christ",
        "apr. J.-C.": "après Jésus-Christ", "ap. J.-C.": "après Jésus-Christ", "N.B.": "nota bene",
        "P.-S.": "post-scriptum",
        "s.v.p.": "s'il vous plaît", "S.A.": "S A", "vs": "versus", "vs.": "versus", "tél.": "téléphone",
        "Tél.": "téléphone", "M.": "monsieur", "MM.": "messieurs", "Mme": "madame", "Mme.": "madame",
        "Mlle.": "mademoiselle", "Mmes": "mesdames",
        "Mlle": "mademoiselle", "Mlles": "mesdemoiselles", "Mgr": "monseigneur", "24/7": "vingt-quatre sept",
        "24h/24": "vingt-quatre heures sur vingt-quatre", "7j/7": "sept jours sur sept", "éd.": "édition",
        "min.": "minimum", "max.": "maximum", "d'ap.": "d'après",
    },
    titles={"Dr": "docteur", "Dr.": "docteur", "Pr": "professeur", "Pr.": "professeur", "St": "saint",
    "Ste": "sainte",
            "Me": "maître", "Prof.": "professeur", "bd": "boulevard", "Bd": "boulevard",
            "bd.": "boulevard", "av.": "avenue", "pl.": "place"},
    places={"av.": "avenue", "bd.": "boulevard"},
    counted={
        "n°": "numéro", "N°": "numéro", "nº": "numéro", "nos": "numéros", "p.": "page", "pp.": "pages",
        "chap.": "chapitre", "Chap.": "chapitre", "vol.": "volume", "Vol.": "volume", "t.": "tome", "fig.": "figure",
        "Fig.": "figure", "art.": "article", "Art.": "article", "al.": "alinéa", "bd": "boulevard", "v.": "vers",
    },
    ordinals={
        "nd": "masculine", "nde": "feminine",
        "er": "masculine", "re": "feminine", "ère": "feminine", "e": "masculine", "ème": "masculine",
        "ième": "masculine",
        "es": "masculine-plural", "èmes": "masculine-plural", "ers": "masculine-plural",
    },
    noun=r"(?!(?:que|par|avec|pour|sont|fut|est|ont|plus|les|dans|sur|sans|fois|dont|puis)$)[a-zà-ÿœ]{3,}",
    feminine_nouns=(
        "minute", "heure", "seconde", "fille", "femme", "personne", "page", "fois", "maison", "année", "semaine",
        "journée",
        "chose", "voiture", "ville", "tonne", "livre sterling", "pomme", "tasse", "cuillère", "cuillerée", "gousse",
        "mère",
        "sœur", "table", "porte", "chambre", "étoile", "école", "place", "vie", "nuit", "main", "tête", "tion",
        "sion", "té",
        "ette", "ance", "ence", "ure", "esse", "elle", "ille", "minutes", "heures", "secondes", "filles", "femmes",
        "personnes", "pages", "maisons", "années", "semaines", "journées", "choses", "voitures", "villes", "tonnes",
        "pommes", "tasses", "étoiles", "écoles", "chambres", "tables", "portes", "tions", "sions", "ettes", "ances",
        "ences", "ures", "elles", "illes",
    ),
    units={"dB": ("décibel", "décibels"), "c. à s.": ("cuillère à soupe", "cuillères à soupe"),
           "c. à c.": ("cuillère à café", "cuillères à café")},
    power="fois dix puissance",
    per="par",
    ratio="à",
    scales={
        "k": ("mille", "mille"), "M": ("million", "millions"), "Md": ("milliard", "milliards"),
        "Mds": ("milliard", "milliards"), "million": ("million", "million"), "millions": ("million", "millions"),
        "milliard": ("milliard", "milliard"), "milliards": ("milliard", "milliards"), "mille": ("mille", "mille"),
    },
    feminine=frozenset(
        "livre couronne heure minute seconde tonne once roupie lire année semaine journée hryvnia milliseconde "
        "microseconde calorie kilocalorie acre verge atmosphère gallon".split()
    ) - {"gallon", "acre"},
    clock=Clock(
        hour="{h} {noun}", minutes="{h} {noun} {m}", noun=("heure", "heures"), form="feminine",
        seconds=" et {s} secondes", suffix=r"\s?h(?:eures?)?\b", separators=":hH",
    ),
    dates=Dates(day="first", form="masculine", between="(?!)"),
    fractions=Fractions(
        half="un demi",
        and_half=" et demi",
        parts={
            2: ("demi", "demis"), 3: ("tiers", "tiers"), 4: ("quart", "quarts"), 5: ("cinquième", "cinquièmes"),
            6: ("sixième", "sixièmes"), 7: ("septième", "septièmes"), 8: ("huitième", "huitièmes"),
            9: ("neuvième", "neuvièmes"), 10: ("dixième", "dixièmes"), 100: ("centième", "centièmes"),
        },
        join=" et ",
        over=" sur ",
    ),
    money=Money(
        names={
            "$": ("dollar", "dollars", "cent", "cents"), "EUR": ("euro", "euros", "centime", "centimes"),
            "GBP": ("livre", "livres", "penny", "pence"), "JPY": ("yen", "yens", "", ""),
            "CHF": ("franc suisse", "francs suisses", "centime", "centimes"), "¢": ("cent", "cents", "", ""),
            "USD": ("dollar américain", "dollars américains", "cent", "cents"), "₿": ("bitcoin", "bitcoins", "", ""),
        },
        of="de ",
        of_vowel="d'",
    ),
    romans=Romans(
        kings=frozenset(
            "Louis Henri Charles François Philippe Napoléon Jean Paul Pie Benoît Léon Grégoire Clément Innocent "
            "Élisabeth Elisabeth Catherine Pierre Alexandre Nicolas Guillaume Georges Édouard Edouard Richard Jacques "
            "Frédéric Ferdinand Léopold Albert Baudouin Othon Ramsès Ptolémée Cléopâtre Urbain Boniface Juan-Carlos "
            "Alphonse Félipe Felipe Gustave Christian Robert Hugues Maximilien François-Joseph".split()
        ),
        queens=frozenset({"Élisabeth", "Elisabeth", "Catherine", "Cléopâtre"}),
        queen_form="feminine",
        form="masculine",
        ordinals=1,
        nouns=frozenset(
            "Chapitre chapitre Partie partie Acte acte Scène scène Tome tome Volume volume Livre livre Article article "
            "Annexe annexe Figure figure Titre titre Section section Type type Phase phase Guerre Vatican Paris "
            "Lyon".split()
        ),
        centuries=r"e(?=\s(?:siècles?|s\.|République|arrondissement|dynastie))|ème(?=\ssiècles?)|er(?=\ssiècle)",
        century_form="masculine",
    ),
)  # fmt: skip
