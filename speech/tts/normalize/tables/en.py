"""English."""

from __future__ import annotations

from speech.tts.normalize.table import Clock, Dates, Fractions, Money, Romans, Table

TABLE = Table(
    point="point",
    to="to",
    by="by",
    times="times",
    number="number",
    signs={
        "&": "and", "@": "at", "%": "percent", "+": "plus", "−": "minus", "±": "plus or minus", "=": "equals",
        "≠": "is not equal to", "≈": "approximately", "~": "about", "<": "less than", ">": "greater than",
        "≤": "at most", "≥": "at least", "×": "times", "÷": "divided by", "*": "times", "√": "the square root of",
        "∞": "infinity",
        "°": "degrees", "§": "section", "§§": "sections", "²": "squared", "³": "cubed", "^": "to the power of",
        "№": "number", "©": "copyright", "#": "hashtag",
    },
    web={
        ".": "dot", "/": "slash", ":": "colon", "@": "at", "-": "dash", "_": "underscore", "?": "question mark",
        "=": "equals", "&": "and", "#": "hash", "%": "percent", "+": "plus", "~": "tilde", "v": "version",
        "\\": "backslash", "*": "star",
    },
    abbreviations={
        "e.g.": "for example", "i.e.": "that is", "etc.": "et cetera", "vs.": "versus", "cf.": "compare",
        "approx.": "approximately", "Mr.": "mister", "Mrs.": "missus", "a.m.": "a m", "p.m.": "p m",
        "et al.": "and others", "viz.": "namely",
        "a.k.a.": "also known as", "w/o": "without", "w/": "with", "24/7": "twenty-four seven",
        "20/20": "twenty twenty", "401(k)": "four oh one k", "401k": "four oh one k",
        "10s of": "tens of", "100s of": "hundreds of", "1000s of": "thousands of", "1,000s of": "thousands of",
        "10,000s of": "tens of thousands of", "100,000s of": "hundreds of thousands of", "Feb.": "February",
        "Apr.": "April", "Aug.": "August", "Sept.": "September", "Oct.": "October", "Nov.": "November",
        "Dec.": "December", "nr.": "near", "govt.": "government", "Assn.": "Association",
        "9/11": "nine eleven", "50/50": "fifty-fifty", "50-50": "fifty-fifty", "Inc.": "Incorporated",
        "Ltd.": "Limited", "Co.": "Company",
        "Corp.": "Corporation", "dept.": "department", "Dept.": "Department", "est.": "established",
        "Est.": "established", "Ph.D.": "P H D", "M.D.": "M D", "B.C.": "B C", "A.D.": "A D", "p.a.": "per annum",
        "B.C.E.": "B C E", "C.E.": "C E", "R.S.V.P.": "R S V P", "P.S.": "P S", "ibid.": "ibidem", "and/or": "and or",
        "approx": "approximately", "Esq.": "Esquire", "misc.": "miscellaneous", "incl.": "including",
        "excl.": "excluding", "Mon.": "Monday", "Tues.": "Tuesday", "Tue.": "Tuesday", "Wed.": "Wednesday",
        "Thurs.": "Thursday", "Thu.": "Thursday", "Fri.": "Friday",
    },
    titles={
        "v.": "versus",
        "Dr.": "doctor", "Mr.": "mister", "Mrs.": "missus", "Ms.": "miz", "Prof.": "professor", "St.": "saint",
        "Rev.": "reverend", "Hon.": "honorable", "Gen.": "general", "Col.": "colonel", "Capt.": "captain",
        "Lt.": "lieutenant", "Sgt.": "sergeant", "Maj.": "major", "Cmdr.": "commander", "Adm.": "admiral",
        "Sen.": "senator", "Rep.": "representative", "Gov.": "governor", "Pres.": "president", "Fr.": "father",
        "Mt.": "mount", "Ft.": "fort", "Sr.": "sister", "Dr": "doctor", "Mr": "mister", "Mrs": "missus", "Ms": "miz",
        "Prof": "professor", "Messrs.": "messieurs", "Supt.": "superintendent", "Insp.": "inspector",
    },
    places={
        "St.": "street", "Dr.": "drive", "Ave.": "avenue", "Rd.": "road", "Blvd.": "boulevard", "Ln.": "lane",
        "Ct.": "court", "Pl.": "place", "Sq.": "square", "Hwy.": "highway", "Pkwy.": "parkway", "Jr.": "junior",
        "Sr.": "senior", "Mts.": "mountains", "Mt.": "mountain", "Bros.": "brothers", "Univ.": "university",
        "Jr": "junior", "Sr": "senior", "Ave": "avenue", "Rd": "road", "Blvd": "boulevard",
    },
    counted={
        "No.": "number", "no.": "number", "Nos.": "numbers", "nos.": "numbers", "p.": "page", "pp.": "pages",
        "P.": "page", "Vol.": "volume", "vol.": "volume", "vols.": "volumes", "Ch.": "chapter", "ch.": "chapter",
        "chap.": "chapter", "Chap.": "chapter", "Fig.": "figure", "fig.": "figure", "Figs.": "figures",
        "figs.": "figures", "Sec.": "section", "sec.": "section", "Eq.": "equation", "eq.": "equation",
        "Art.": "article", "art.": "article", "Tab.": "table", "Pt.": "part", "pt.": "part", "Ed.": "edition",
        "ca.": "circa", "c.": "circa", "l.": "line", "ll.": "lines", "v.": "verse", "vv.": "verses", "Ver.": "version",
        "Apt.": "apartment", "Rm.": "room", "Ste.": "suite", "ext.": "extension", "Ext.": "extension",
        "Op.": "opus", "op.": "opus", "max.": "maximum", "min.": "minimum", "para.": "paragraph",
        "Gen.": "Genesis", "Ex.": "Exodus", "Matt.": "Matthew", "Cor.": "Corinthians", "Rom.": "Romans",
        "Sect.": "section", "Bk.": "book", "Pg.": "page", "pg.": "page", "Eqs.": "equations", "eqs.": "equations",
        "Tel.": "telephone", "tel.": "telephone", "b.": "born", "d.": "died", "r.": "reigned",
    },
    ordinals={"st": "", "nd": "", "rd": "", "th": ""},
    power="times ten to the power of",
    per="per",
    ratio="to",
    units={
        "dB": ("decibel", "decibels"), "fps": ("frame per second", "frames per second"),
        "bpm": ("beat per minute", "beats per minute"), "rpm": ("turn per minute", "turns per minute"),
        "in.": ("inch", "inches"), "pt": ("pint", "pints"), "pts": ("pints", "pints"), "kt": ("knot", "knots"),
        "mAh": ("milliampere-hour", "milliampere-hours"), "Wh": ("watt-hour", "watt-hours"), "mol": ("mole", "moles"),
    },
    determiners=frozenset("a an the this that each every another my your his her its our their per one".split()),
    no_nouns=frozenset(
        "a about above after again ago all almost an and another apart are as at away back be because been before "
        "behind below between but by can cheaper clear could deep did do does down each east either even ever every "
        "extra far faster for from further had has have he heavier her here high higher his if in into is it its "
        "just later less lighter long longer low lower may might more most must my nearer nor north not now of off "
        "old on only onto or our out over own past per plus she short shorter should since slower so south still "
        "tall taller than that the their then there they this thick through to today together tomorrow too towards "
        "under until up upon was we went were west when where which while who wide wider will with within without "
        "worth would yesterday yet you your".split()
    ),
    spelt_after=frozenset({"dial", "pin", "pin code", "passcode", "password", "zip", "zip code", "postcode",
    "area code"}),
    postal=r"(?<=\b[A-Z]{2} )\d{5}(?:-\d{4})?(?![\w,.]\d|\w)(?=\W*$|[.,;)]|\n| U)",
    crowds={
        r"\s?in": ("inches", frozenset("tall long wide high deep thick across".split())),
    } | {
        scale: (word, frozenset(
            "people users homes jobs pounds dollars euros shares viewers readers customers voters visitors copies "
            "tons tonnes workers children adults views downloads subscribers followers followers units barrels "
            "households families refugees passengers cars vehicles students players fans members residents "
            "patients deaths cases doses tests tickets hectares acres trees years words lines tweets messages "
            "requests records rows files downloads songs books streams listeners likes".split()
        ))
        for scale, word in (("m", "million"), ("[bB]", "billion"), ("bn", "billion"), ("K", "thousand"))
    },
    year_plurals=("s", "people", "men", "women", "children", "feet", "mice", "teeth", "sheep", "fish", "more",
    "fewer",
                  "percent", "million", "years", "odd", "pixels", "yen", "staff", "troops"),
    years=range(1001, 2100),
    year_cues=frozenset(
        "in since by until till before after from during circa around about year of and to or between through early "
        "mid late spring summer autumn fall winter january february march april may june july august september "
        "october november december class copyright anno © back ad".split()
    ),
    year_followers=frozenset(
        "a after an and as at before but by did for from had has he i if in into is it its may on or our she should "
        "since so than that the then there they this through to until was we were when where which while who will "
        "with would ad bc bce ce edition film movie novel book album song election war act season report".split()
    ),
    scales={
        "k": ("thousand", "thousand"), "K": ("thousand", "thousand"), "m": ("million", "million"),
        "M": ("million", "million"), "mn": ("million", "million"), "mm": ("million", "million"),
        "bn": ("billion", "billion"), "b": ("billion", "billion"), "B": ("billion", "billion"),
        "tn": ("trillion", "trillion"), "T": ("trillion", "trillion"), "thousand": ("thousand", "thousand"),
        "hundred": ("hundred", "hundred"), "million": ("million", "million"), "billion": ("billion", "billion"),
        "trillion": ("trillion", "trillion"),
    },
    clock=Clock(
        hour="{h} o'clock",
        late="{h} hundred",
        under_ten="oh {m}",
        seconds=" and {s} seconds",
        halves={"am": "a m", "pm": "p m"},
    ),
    dates=Dates(
        month_day="{m} {d}",
        day_month="{d} of {m}",
        article="the ",
        day="ordinal",
        between="of|,",
        months={"sept": 9},
        cues=frozenset("on by due until till since before after from".split()),
        decades={"s": "s", "'s": "s", "’s": "s"},
    ),
    fractions=Fractions(
        half="one half",
        and_half=" and a half",
        parts={
            2: ("half", "halves"), 3: ("third", "thirds"), 4: ("quarter", "quarters"), 5: ("fifth", "fifths"),
            6: ("sixth", "sixths"), 7: ("seventh", "sevenths"), 8: ("eighth", "eighths"), 9: ("ninth", "ninths"),
            10: ("tenth", "tenths"), 12: ("twelfth", "twelfths"), 16: ("sixteenth", "sixteenths"),
            32: ("thirty-second", "thirty-seconds"), 64: ("sixty-fourth", "sixty-fourths"),
            100: ("hundredth", "hundredths"), 1000: ("thousandth", "thousandths"),
        },
        join=" and ",
        over=" over ",
    ),
    money=Money(
        names={
            "$": ("dollar", "dollars", "cent", "cents"), "EUR": ("euro", "euros", "cent", "cents"),
            "GBP": ("pound", "pounds", "penny", "pence"), "JPY": ("yen", "yen", "", ""),
            "CHF": ("Swiss franc", "Swiss francs", "centime", "centimes"),
            "USD": ("U S dollar", "U S dollars", "cent", "cents"), "INR": ("rupee", "rupees", "paisa", "paise"),
            "CAD": ("Canadian dollar", "Canadian dollars", "cent", "cents"),
            "AUD": ("Australian dollar", "Australian dollars", "cent", "cents"),
            "¢": ("cent", "cents", "", ""), "₿": ("bitcoin", "bitcoins", "", ""),
        },
        join="{unit} and {cents} {name}",
    ),
    romans=Romans(
        kings=frozenset(
            "Henry Louis Charles George Edward William Richard James Elizabeth Mary Philip Ferdinand Frederick Peter "
            "Catherine Nicholas Alexander Ivan Paul John Pius Benedict Leo Gregory Clement Innocent Urban Boniface "
            "Napoleon Wilhelm Friedrich Francis Franz Joseph Maximilian Otto Gustav Christian Carl Karl Victor "
            "Umberto Ramses Ramesses Ptolemy Cleopatra Thutmose Amenhotep Seti Darius Xerxes Artaxerxes Cyrus "
            "Antiochus Mithridates Tiberius Constantine Justinian Basil Michael Leopold Rudolf Albert Robert David "
            "Malcolm Alfonso Sancho Pedro Juan Carlos Felipe Isabella Manuel Afonso Sigismund Casimir Stephen Bela "
            "Haakon Olav Harald Erik Eric Canute Harold Mehmed Murad Selim Suleiman Abdul Hamid Baldwin Theodosius "
            "Valentinian Honorius Celestine Sixtus Julius Adrian Hadrian Callixtus Eugene Martin Anastasius "
            "Margaret Margrethe Beatrix Wilhelmina Anne Conrad Rama Pepin Lothair Sargon Tutankhamun Nikolaus".split()
        ) - {"Malcolm"},
        article="the {n}",
        nouns=frozenset(
            "Chapter chapter Part part Act act Scene scene Volume volume Vol. Book book Section section Article "
            "article Appendix appendix Figure figure Table table War Phase phase Type type Class class Title title "
            "Level level Stage stage Grade grade Bowl Fantasy Rocky Apollo Vatican Canto canto Psalm Episode Sonata "
            "Symphony Saturn Mark Schedule Annex Lesson Unit Step Group Rule Amendment Tier Division".split()
        ),
        centuries=r"(?=\s[cC]ent(?:ury|uries)\b)",
    ),
)  # fmt: skip
