"""Italian."""

from __future__ import annotations

from speech.tts.normalize.table import Clock, Dates, Fractions, Money, Romans, Table

TABLE = Table(
    point="virgola",
    decimals=2,
    units={"dB": ("decibel", "decibel")},
    to="a",
    by="per",
    times="volte",
    number="numero",
    signs={
        "&": "e", "@": "chiocciola", "%": "per cento", "+": "più", "−": "meno", "±": "più o meno", "=": "uguale a",
        "≠": "diverso da", "≈": "circa", "~": "circa", "<": "minore di", ">": "maggiore di", "≤": "al massimo",
        "≥": "almeno", "×": "per", "÷": "diviso", "√": "radice di", "∞": "infinito", "°": "gradi",
        "§": "paragrafo", "^": "alla", "²": "al quadrato", "³": "al cubo", "№": "numero", "#": "hashtag",
    },
    web={
        ".": "punto", "/": "barra", ":": "due punti", "@": "chiocciola", "-": "trattino", "_": "trattino basso",
        "?": "punto interrogativo", "=": "uguale", "&": "e", "#": "cancelletto", "%": "per cento", "+": "più",
        "~": "tilde", "v": "versione",
    },
    abbreviations={
        "ecc.": "eccetera", "etc.": "eccetera", "p. es.": "per esempio", "ad es.": "ad esempio",
        "a.C.": "avanti Cristo",
        "d.C.": "dopo Cristo", "a. C.": "avanti Cristo", "d. C.": "dopo Cristo", "cfr.": "confronta", "ca.": "circa",
        "tel.": "telefono", "Tel.": "telefono", "S.p.A.": "S P A", "S.r.l.": "S R L", "c.d.": "cosiddetto",
        "vs.": "versus",
        "max.": "massimo", "min.": "minimo", "N.B.": "nota bene", "24/7": "ventiquattro sette",
    },
    titles={
        "Sig.": "signor", "v.": "via", "V.": "via", "v.le": "viale", "p.zza": "piazza", "P.zza": "piazza",
        "sig.": "signor", "Sig.ra": "signora", "sig.ra": "signora", "Sig.na": "signorina",
        "Sigg.": "signori", "Dott.": "dottor", "dott.": "dottor", "Dr.": "dottor", "Dott.ssa": "dottoressa",
        "dott.ssa": "dottoressa", "Prof.": "professor", "prof.": "professor", "Prof.ssa": "professoressa",
        "Avv.": "avvocato", "avv.": "avvocato", "Ing.": "ingegner", "ing.": "ingegner", "Arch.": "architetto",
        "On.": "onorevole", "S.": "san", "Mons.": "monsignor", "Gen.": "generale", "Geom.": "geometra",
        "Rag.": "ragionier",
    },
    counted={
        "n.": "numero", "N.": "numero", "nn.": "numeri", "n°": "numero", "N°": "numero", "pag.": "pagina",
        "pagg.": "pagine", "p.": "pagina", "pp.": "pagine", "cap.": "capitolo", "Cap.": "capitolo", "vol.": "volume",
        "Vol.": "volume", "fig.": "figura", "Fig.": "figura", "art.": "articolo", "Art.": "articolo",
        "artt.": "articoli",
        "tab.": "tabella", "ed.": "edizione",
    },
    ordinals={"º": "masculine", "ª": "feminine", "°": "masculine", "^": "masculine", "o": "masculine",
    "a": "feminine"},
    power="per dieci alla",
    per="al",
    ratio="a",
    scales={
        "k": ("mila", "mila"), "mln": ("milione", "milioni"), "mld": ("miliardo", "miliardi"),
        "milione": ("milione", "milione"), "milioni": ("milione", "milioni"), "miliardo": ("miliardo", "miliardo"),
        "miliardi": ("miliardo", "miliardi"), "mila": ("mila", "mila"),
    },
    noun=r"(?!(?:che|per|con|sono|era|come|più|gli|una|uno|del|della|dei|fino|tra|fra|dal|dopo|prima)$)[a-zà-ù]{3,}",
    feminine_nouns=("a", "zione", "tà"),
    feminine_end=("a", "ncia"),
    clock=Clock(one="una", dotted_after=("alle", "dalle", "ore", "all", "dall", "Alle", "Ore"), hour="{h}",
    minutes="{h} e {m}", under_ten="{zero} {m}", seconds=" e {s} secondi"),
    dates=Dates(day="first", form="masculine", between="(?!)"),
    fractions=Fractions(
        half="un mezzo",
        half_of=("mezzo", "mezza"),
        and_half=" e mezzo",
        parts={
            2: ("mezzo", "mezzi"), 3: ("terzo", "terzi"), 4: ("quarto", "quarti"), 5: ("quinto", "quinti"),
            6: ("sesto", "sesti"), 7: ("settimo", "settimi"), 8: ("ottavo", "ottavi"), 9: ("nono", "noni"),
            10: ("decimo", "decimi"), 100: ("centesimo", "centesimi"),
        },
        join=" e ",
        over=" su ",
    ),
    money=Money(
        names={
            "$": ("dollaro", "dollari", "centesimo", "centesimi"), "EUR": ("euro", "euro", "centesimo", "centesimi"),
            "GBP": ("sterlina", "sterline", "penny", "penny"), "JPY": ("yen", "yen", "", ""),
            "CHF": ("franco svizzero", "franchi svizzeri", "centesimo", "centesimi"), "₿": ("bitcoin", "bitcoin",
            "", ""),
            "USD": ("dollaro statunitense", "dollari statunitensi", "centesimo", "centesimi"),
            "¢": ("centesimo", "centesimi", "", ""),
        },
        join="{unit} e {cents}",
        of="di ",
    ),
    romans=Romans(
        kings=frozenset(
            "Luigi Carlo Enrico Giovanni Paolo Pio Benedetto Leone Gregorio Clemente Innocenzo Vittorio Emanuele "
            "Umberto "
            "Elisabetta Filippo Ferdinando Federico Napoleone Pietro Alessandro Nicola Guglielmo Giorgio Edoardo "
            "Riccardo "
            "Giacomo Caterina Francesco Ottone Cosimo Urbano Bonifacio Sisto Giulio Ramses Cleopatra Amedeo "
            "Corrado".split()
        ),
        queens=frozenset({"Elisabetta", "Caterina", "Cleopatra"}),
        queen_form="feminine",
        form="masculine",
        nouns=frozenset(
            "Capitolo capitolo Parte parte Atto atto Scena scena Volume volume Libro libro Articolo articolo Allegato "
            "allegato Titolo titolo Sezione sezione Tomo tomo Canto canto Tipo tipo Fase fase".split()
        ),
        centuries=r"(?=\ssecol[oi]\b)",
        century_form="masculine",
    ),
)  # fmt: skip
