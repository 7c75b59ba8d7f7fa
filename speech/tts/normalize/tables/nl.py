"""Dutch."""

from __future__ import annotations

from speech.tts.normalize.table import Clock, Dates, Fractions, Money, Romans, Table

TABLE = Table(
    point="komma",
    decimals=2,
    units={"dB": ("decibel", "decibel"), "km/u": ("kilometer per uur", "kilometer per uur"),
           "el": ("eetlepel", "eetlepels"), "tl": ("theelepel", "theelepels")},
    to="tot",
    by="bij",
    times="keer",
    number="nummer",
    signs={
        "&": "en", "@": "apenstaartje", "%": "procent", "+": "plus", "−": "min", "±": "plus of min",
        "=": "is gelijk aan",
        "≠": "is niet gelijk aan", "≈": "ongeveer", "~": "ongeveer", "<": "kleiner dan", ">": "groter dan",
        "≤": "hoogstens", "≥": "minstens", "×": "keer", "÷": "gedeeld door", "√": "wortel van", "∞": "oneindig",
        "°": "graden", "§": "paragraaf", "^": "tot de macht", "²": "kwadraat", "³": "tot de derde", "№": "nummer",
        "#": "hashtag",
    },
    web={
        ".": "punt", "/": "schuine streep", ":": "dubbele punt", "@": "apenstaartje", "-": "streepje",
        "_": "laag streepje", "?": "vraagteken", "=": "is gelijk aan", "&": "en", "#": "hekje", "%": "procent",
        "+": "plus", "~": "tilde", "v": "versie",
    },
    abbreviations={
        "bijv.": "bijvoorbeeld", "bv.": "bijvoorbeeld", "d.w.z.": "dat wil zeggen", "enz.": "enzovoort",
        "etc.": "et cetera",
        "o.a.": "onder andere", "m.a.w.": "met andere woorden", "i.p.v.": "in plaats van",
        "t.o.v.": "ten opzichte van",
        "a.u.b.": "alstublieft", "resp.": "respectievelijk", "ca.": "circa", "t/m": "tot en met",
        "v.Chr.": "voor Christus",
        "n.Chr.": "na Christus", "v. Chr.": "voor Christus", "n. Chr.": "na Christus", "m.b.t.": "met betrekking tot",
        "i.v.m.": "in verband met", "n.a.v.": "naar aanleiding van", "m.n.": "met name", "z.s.m.": "zo snel mogelijk",
        "incl.": "inclusief", "excl.": "exclusief", "tel.": "telefoon", "Tel.": "telefoon", "vgl.": "vergelijk",
        "jl.": "jongstleden", "a.s.": "aanstaande", "max.": "maximaal", "min.": "minimaal", "mld.": "miljard",
        "mln.": "miljoen", "p.p.": "per persoon", "24/7": "vierentwintig zeven", "nl.": "namelijk",
        "evt.": "eventueel", "i.h.b.": "in het bijzonder", "vs.": "versus",
    },
    titles={
        "dr.": "doctor", "Dr.": "doctor", "drs.": "doctorandus", "Drs.": "doctorandus", "prof.": "professor",
        "Prof.": "professor", "ir.": "ingenieur", "ing.": "ingenieur", "mr.": "meester", "Mr.": "meester",
        "dhr.": "de heer", "Dhr.": "de heer", "mevr.": "mevrouw", "Mevr.": "mevrouw", "mw.": "mevrouw",
        "Mw.": "mevrouw",
        "St.": "sint", "ds.": "dominee",
    },
    counted={
        "nr.": "nummer", "Nr.": "nummer", "nrs.": "nummers", "no.": "nummer", "blz.": "bladzijde", "p.": "pagina",
        "pp.": "pagina's", "pag.": "pagina", "hfst.": "hoofdstuk", "Hfst.": "hoofdstuk", "fig.": "figuur",
        "Fig.": "figuur",
        "art.": "artikel", "Art.": "artikel", "vol.": "volume",
    },
    ordinals={"e": "", "de": "", "ste": "", "ᵉ": ""},
    power="keer tien tot de macht",
    per="per",
    ratio="tegen",
    years=range(1100, 2000),
    year_cues=frozenset(
        "in sinds tot voor na van vanaf rond omstreeks jaar en of tussen begin eind voorjaar zomer herfst winter "
        "januari "
        "februari maart april mei juni juli augustus september oktober november december anno".split()
    ),
    year_followers=frozenset(
        "aan als bij dat de die door een en ging had heeft het hij ik in is kwam maar met na naar nog of om op over te "
        "tot toen uit van voor waren was wat we werd werden ze zijn zij zou".split()
    ),
    scales={
        "k": ("duizend", "duizend"), "mln.": ("miljoen", "miljoen"), "mln": ("miljoen", "miljoen"),
        "miljoen": ("miljoen", "miljoen"), "mld.": ("miljard", "miljard"), "mld": ("miljard", "miljard"),
        "miljard": ("miljard", "miljard"), "duizend": ("duizend", "duizend"),
    },
    clock=Clock(hour="{h} uur", minutes="{h} uur {m}", seconds=" en {s} seconden", suffix=r"\s?(?:uur|u)\b",
        separators=":"),
    dates=Dates(decades={"'er": "er", "er": "er"}, between="(?!)"),
    fractions=Fractions(
        half="een half",
        and_half=" en een half",
        parts={
            2: ("half", "halven"), 3: ("derde", "derde"), 4: ("kwart", "kwart"), 5: ("vijfde", "vijfde"),
            6: ("zesde", "zesde"), 7: ("zevende", "zevende"), 8: ("achtste", "achtste"), 9: ("negende", "negende"),
            10: ("tiende", "tiende"), 100: ("honderdste", "honderdste"),
        },
        join=" en ",
        over=" gedeeld door ",
    ),
    money=Money(
        names={
            "$": ("dollar", "dollar", "cent", "cent"), "EUR": ("euro", "euro", "cent", "cent"),
            "GBP": ("pond", "pond", "penny", "pence"), "JPY": ("yen", "yen", "", ""), "¢": ("cent", "cent", "", ""),
            "CHF": ("Zwitserse frank", "Zwitserse frank", "rappen", "rappen"), "₿": ("bitcoin", "bitcoin", "", ""),
            "USD": ("Amerikaanse dollar", "Amerikaanse dollar", "cent", "cent"),
        },
    ),
    romans=Romans(
        kings=frozenset(
            "Lodewijk Hendrik Karel Willem Filips Frederik Johannes Paulus Pius Benedictus Leo Gregorius Elizabeth "
            "Catharina Peter Alexander Nicolaas Napoleon Eduard Richard Jacobus Leopold Albert George Ramses Floris "
            "Jan Otto Christiaan Gustaaf".split()
        ),
        article="de {n}",
        queen="de {n}",
        nouns=frozenset(
            "Hoofdstuk hoofdstuk Deel deel Akte akte Scène scène Boek boek Artikel artikel Bijlage bijlage Titel titel "
            "Type type Fase fase Wereldoorlog".split()
        ),
    ),
)  # fmt: skip
