"""German."""

from __future__ import annotations

from speech.tts.normalize.table import Clock, Dates, Fractions, Money, Romans, Table

TABLE = Table(
    point="Komma",
    to="bis",
    endings={"str.": "straße", "Str.": "Straße", "pl.": "platz"},
    glued=("er", "ern", "ers", "fach", "fache", "fachen", "mal", "malig", "malige", "maligen", "tel", "stel", "ig",
    "ige", "igen", "iger", "iges"),
    spelt_after=frozenset({"pin", "geheimzahl", "plz", "postleitzahl"}),
    postal=r"(?:(?<=, )|(?<=D-)|(?<=^))\d{5}(?= [A-ZÄÖÜ][a-zäöüß]+(?:$|[.,;)\n]|[-/ ](?:am|an|bei|im)?))",
    units={"dB": ("Dezibel", "Dezibel"), "EL": ("Esslöffel", "Esslöffel"), "TL": ("Teelöffel", "Teelöffel"),
           "Pck.": ("Päckchen", "Päckchen"), "fps": ("Bild pro Sekunde", "Bilder pro Sekunde")},
    by="mal",
    times="mal",
    number="Nummer",
    signs={
        "&": "und", "@": "at", "%": "Prozent", "+": "plus", "−": "minus", "±": "plus minus", "=": "gleich",
        "≠": "ungleich", "≈": "ungefähr", "~": "circa", "<": "kleiner als", ">": "größer als",
        "≤": "höchstens", "≥": "mindestens", "×": "mal", "÷": "geteilt durch", "*": "mal", "√": "Wurzel aus",
        "∞": "unendlich",
        "°": "Grad", "§": "Paragraf", "§§": "Paragrafen", "²": "Quadrat", "³": "hoch drei", "^": "hoch",
        "№": "Nummer", "†": "gestorben",
    },
    web={
        ".": "Punkt", "/": "Schrägstrich", ":": "Doppelpunkt", "@": "ät", "-": "Bindestrich", "_": "Unterstrich",
        "?": "Fragezeichen", "=": "gleich", "&": "und", "#": "Raute", "%": "Prozent", "+": "plus", "~": "Tilde",
        "v": "Version",
    },
    abbreviations={
        "z. B.": "zum Beispiel", "Z. B.": "Zum Beispiel", "d. h.": "das heißt", "D. h.": "Das heißt",
        "usw.": "und so weiter", "u. a.": "unter anderem", "U. a.": "Unter anderem", "bzw.": "beziehungsweise",
        "u. U.": "unter Umständen", "i. d. R.": "in der Regel", "I. d. R.": "In der Regel", "z. T.": "zum Teil",
        "z. Zt.": "zur Zeit", "z. Z.": "zur Zeit", "ggf.": "gegebenenfalls", "evtl.": "eventuell", "ca.": "circa",
        "etc.": "et cetera", "o. Ä.": "oder Ähnliches", "o. ä.": "oder ähnliches", "u. Ä.": "und Ähnliches",
        "u. ä.": "und ähnliches", "v. a.": "vor allem", "V. a.": "Vor allem", "vgl.": "vergleiche",
        "Vgl.": "Vergleiche", "i. A.": "im Auftrag", "inkl.": "inklusive", "exkl.": "exklusive", "zzgl.": "zuzüglich",
        "abzgl.": "abzüglich", "sog.": "sogenannte", "bspw.": "beispielsweise", "n. Chr.": "nach Christus",
        "v. Chr.": "vor Christus", "m. E.": "meines Erachtens", "s. o.": "siehe oben", "s. u.": "siehe unten",
        "u. v. m.": "und vieles mehr", "o. g.": "oben genannt", "i. e. S.": "im engeren Sinne",
        "i. w. S.": "im weiteren Sinne", "max.": "maximal", "mind.": "mindestens", "min.": "minimal",
        "Mio.": "Millionen", "Mrd.": "Milliarden", "Tsd.": "Tausend", "geb.": "geboren", "gest.": "gestorben",
        "Jh.": "Jahrhundert", "Jhs.": "Jahrhunderts", "Jhd.": "Jahrhundert", "insb.": "insbesondere",
        "insbes.": "insbesondere", "gem.": "gemäß", "lt.": "laut", "Abb.": "Abbildung", "Tel.": "Telefon",
        "Hbf.": "Hauptbahnhof", "u. s. w.": "und so weiter", "u. z.": "und zwar", "a. D.": "außer Dienst",
        "e. V.": "eingetragener Verein", "i. V.": "in Vertretung", "p. a.": "pro Jahr", "ebd.": "ebenda",
        "zw.": "zwischen", "i. B.": "im Breisgau", "a. M.": "am Main", "allg.": "allgemein", "u.": "und",
        "Mo.": "Montag", "Di.": "Dienstag", "Mi.": "Mittwoch", "Do.": "Donnerstag", "Fr.": "Freitag",
        "Sa.": "Samstag", "24/7": "vierundzwanzig sieben", "vs.": "versus", "Jhdt.": "Jahrhundert",
        "Mwst.": "Mehrwertsteuer",
        "MwSt.": "Mehrwertsteuer", "Co.": "Co", "s. a.": "siehe auch", "i. Allg.": "im Allgemeinen",
        "u. Ä": "und Ähnliches",
    },
    titles={
        "Dr.": "Doktor", "Dr. med.": "Doktor med", "Dr. phil.": "Doktor phil", "Dr. jur.": "Doktor jur",
        "Dr. rer. nat.": "Doktor rer nat",
        "Fa.": "Firma", "Prof.": "Professor", "Hr.": "Herr", "Hrn.": "Herrn", "Fr.": "Frau", "St.": "Sankt",
        "Dipl.-Ing.": "Diplomingenieur", "Ing.": "Ingenieur", "Hl.": "Heilige", "hl.": "heilige",
    },
    places={"Str.": "Straße", "Pl.": "Platz", "jun.": "junior", "sen.": "senior", "jr.": "junior"},
    counted={
        "Nr.": "Nummer", "nr.": "Nummer", "Nrn.": "Nummern", "S.": "Seite", "Bd.": "Band", "Bde.": "Bände",
        "Kap.": "Kapitel", "Abs.": "Absatz", "Art.": "Artikel", "Abb.": "Abbildung", "Tab.": "Tabelle",
        "Anm.": "Anmerkung", "Aufl.": "Auflage", "Pkt.": "Punkt", "Z.": "Zeile",
        "Ziff.": "Ziffer", "Hs.": "Halbsatz", "V.": "Vers", "Op.": "Opus", "op.": "Opus", "Vol.": "Band",
        "Str.": "Straße", "H.": "Heft", "Jg.": "Jahrgang",
    },
    ordinal_dot=True,
    ordinal_forms={
        "der": "", "die": "", "das": "", "als": "r", "wurde": "r", "wird": "r", "und": "n", "oder": "n", "am": "n",
        "vom": "n", "zum": "n", "dem": "n",
        "den": "n", "des": "n",
        "im": "n",
        "zur": "n", "bis": "n", "ab": "n", "seit": "n", "beim": "n", "jeden": "n", "ihren": "n", "seinen": "n",
        "meinen": "n", "unseren": "n", "ihrem": "n", "seinem": "n", "meinem": "n", "einem": "n", "einen": "n",
        "diesem": "n",
        "jedem": "n", "seiner": "n", "ihrer": "n", "einer": "n", "eine": "", "seine": "", "ihre": "", "meine": "",
        "diese": "", "jede": "", "dieser": "", "jeder": "", "jedes": "", "ins": "", "ein": "r", "in der": "n",
        "auf der": "n", "an der": "n", "mit der": "n", "von der": "n", "bei der": "n", "nach der": "n", "zu der": "n",
        "aus der": "n", "seit der": "n", "vor der": "n", "unter der": "n", "über der": "n",
    },
    ordinal_nouns={
        "": "r", "Kapitel": "s", "Teil": "r", "Akt": "r", "Szene": "", "Band": "r", "Abschnitt": "r",
        "Bundesliga": "", "Liga": "",
        "FC": "r", "Weltkrieg": "r", "Halbzeit": "", "Runde": "", "Platz": "r", "Auflage": "", "Stock": "r",
        "Tag": "r",
        "Jahrhundert": "s", "Buch": "s", "Mal": "s", "Etage": "", "Klasse": "", "Lesung": "", "Advent": "r",
        "Strophe": "",
        "Semester": "s", "Quartal": "s", "Halbjahr": "s", "Spieltag": "r", "Obergeschoss": "s",
    },
    noun=r"[A-ZÄÖÜ][a-zäöüß]{2,}",
    feminine_nouns=("ung", "heit", "keit", "schaft", "tion", "tät", "minute", "Minute", "stunde", "Stunde",
        "Sekunde", "Woche",
                    "Million", "Milliarde", "Person", "Frau", "Seite", "Tonne", "Nacht", "Stadt", "Kugel",
                    "Flasche", "Tasse", "Katze", "Tochter", "Schwester", "Mutter", "Tür", "Straße", "Idee", "Frage",
                    "Reihe",
                    "Karte", "Folge", "Tasche", "Blume", "Schule", "Klasse", "Etage", "Runde", "Sache", "Familie",
                    "Stelle", "Firma", "Zwiebel", "Zehe", "Prise", "Dose", "Zitrone", "Banane", "Karotte"),
    power="mal zehn hoch",
    per="pro",
    ratio="zu",
    year_nouns_capital=True,
    years=range(1100, 2100),
    year_cues=frozenset(
        "im in seit bis vor nach von ab um jahr jahre jahres jahren anno und oder zwischen anfang mitte ende frühjahr "
        "frühling sommer herbst winter januar februar märz april mai juni juli august september oktober november "
        "dezember circa gegen".split()
    ),
    year_followers=frozenset(
        "als am an auf aus bei bis da das dem den der die durch ein eine er es für gab geboren gegründet gestorben "
        "hat hatte ich im in ist kam man mit nach noch nur ob oder schon sich sie sind so starb über um und uns "
        "unter vom von vor war waren wir wird wurde wurden zu zum zur zwischen".split()
    ),
    scales={
        "Tsd.": ("Tausend", "Tausend"), "Tausend": ("Tausend", "Tausend"), "Mio.": ("Million", "Millionen"),
        "Mio": ("Million", "Millionen"), "Million": ("Million", "Million"), "Millionen": ("Million", "Millionen"),
        "Mrd.": ("Milliarde", "Milliarden"), "Mrd": ("Milliarde", "Milliarden"),
        "Milliarde": ("Milliarde", "Milliarde"), "Milliarden": ("Milliarde", "Milliarden"),
        "Bio.": ("Billion", "Billionen"), "Billionen": ("Billion", "Billionen"),
    },
    feminine=frozenset(
        "Million Milliarde Billion Sekunde Minute Stunde Millisekunde Woche Tonne Meile Seemeile Unze Krone Rupie "
        "Lira Kilowattstunde Wattstunde Kilokalorie Kalorie Atmosphäre Hrywnja Lichtsekunde Gallone".split()
    ),
    clock=Clock(hour="{h} Uhr", minutes="{h} Uhr {m}", seconds=" und {s} Sekunden", form="masculine",
                suffix=r"\s?Uhr\b"),
    dates=Dates(
        day="ordinal",
        form="r",
        decades={"er": "er", "er-Jahre": "er Jahre", "er-Jahren": "er Jahren"},
    ),
    fractions=Fractions(
        half="ein halb",
        and_half="einhalb",
        parts={
            2: ("halb", "halbe"), 3: ("Drittel", "Drittel"), 4: ("Viertel", "Viertel"), 5: ("Fünftel", "Fünftel"),
            6: ("Sechstel", "Sechstel"), 7: ("Siebtel", "Siebtel"), 8: ("Achtel", "Achtel"), 9: ("Neuntel",
            "Neuntel"),
            10: ("Zehntel", "Zehntel"), 12: ("Zwölftel", "Zwölftel"), 16: ("Sechzehntel", "Sechzehntel"),
            100: ("Hundertstel", "Hundertstel"), 1000: ("Tausendstel", "Tausendstel"),
        },
        join=" ",
        over=" durch ",
    ),
    money=Money(
        names={
            "$": ("Dollar", "Dollar", "Cent", "Cent"), "EUR": ("Euro", "Euro", "Cent", "Cent"),
            "GBP": ("Pfund", "Pfund", "Penny", "Pence"), "JPY": ("Yen", "Yen", "", ""),
            "CHF": ("Franken", "Franken", "Rappen", "Rappen"), "USD": ("US-Dollar", "US-Dollar", "Cent", "Cent"),
            "¢": ("Cent", "Cent", "", ""), "₿": ("Bitcoin", "Bitcoin", "", ""),
        },
    ),
    romans=Romans(
        kings=frozenset(
            "Ludwig Heinrich Karl Friedrich Wilhelm Georg Otto Leopold Rudolf Maximilian Ferdinand Franz Joseph "
            "Johannes Paul Pius Benedikt Leo Gregor Klemens Innozenz Elisabeth Katharina Peter Alexander Nikolaus "
            "Napoleon Philipp Eduard Richard Jakob Gustav Christian Sigismund August Albrecht Konrad Ramses "
            "Kleopatra Iwan Harald Margarethe Johann Urban Bonifatius Julius Sixtus Adolf Filip Felipe Charles "
            "Henry Louis Ernst Albert Viktor Emanuel Robert Theodor Bernhard".split()
        ),
        queens=frozenset({"Elisabeth", "Katharina", "Kleopatra", "Margarethe"}),
        article="der {n}",
        queen="die {n}",
        genitive="des {n}",
        genitive_form="n",
        nouns=frozenset(
            "Kapitel Teil Akt Band Buch Abschnitt Artikel Anhang Abbildung Tabelle Szene Typ Klasse Stufe Phase "
            "Hartz Gruppe Kategorie".split()
        ),
        centuries=r"\.(?=\s(?:Jahrhundert|Jh\.))",
    ),
)  # fmt: skip
