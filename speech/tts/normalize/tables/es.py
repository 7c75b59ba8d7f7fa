"""Spanish."""

from __future__ import annotations

from speech.tts.normalize.table import Clock, Dates, Fractions, Money, Romans, Table

TABLE = Table(
    point="coma",
    decimals=2,
    units={"dB": ("decibelio", "decibelios")},
    to="a",
    by="por",
    times="veces",
    number="número",
    signs={
        "&": "y", "@": "arroba", "%": "por ciento", "+": "más", "−": "menos", "±": "más menos", "=": "igual a",
        "≠": "distinto de", "≈": "aproximadamente", "~": "unos", "<": "menor que", ">": "mayor que",
        "≤": "como máximo", "≥": "como mínimo", "×": "por", "÷": "dividido entre", "√": "raíz de", "∞": "infinito",
        "°": "grados", "§": "sección", "^": "elevado a", "²": "al cuadrado", "³": "al cubo", "№": "número",
        "#": "hashtag",
    },
    web={
        ".": "punto", "/": "barra", ":": "dos puntos", "@": "arroba", "-": "guion", "_": "guion bajo",
        "?": "interrogación", "=": "igual", "&": "y", "#": "almohadilla", "%": "por ciento", "+": "más",
        "~": "tilde", "v": "versión",
    },
    abbreviations={
        "p. ej.": "por ejemplo", "P. ej.": "Por ejemplo", "etc.": "etcétera", "aprox.": "aproximadamente",
        "a. C.": "antes de Cristo", "d. C.": "después de Cristo", "EE. UU.": "Estados Unidos",
        "EE.UU.": "Estados Unidos",
        "Ud.": "usted", "Uds.": "ustedes", "Vd.": "usted", "Vds.": "ustedes", "tel.": "teléfono", "Tel.": "teléfono",
        "tfno.": "teléfono", "a. m.": "a m", "p. m.": "p m", "S. A.": "S A", "pág. web": "página web",
        "admón.": "administración",
        "dpto.": "departamento", "máx.": "máximo", "mín.": "mínimo", "vs.": "versus", "24/7": "veinticuatro siete",
        "cf.": "confer", "i. e.": "es decir", "e. g.": "por ejemplo", "q.e.p.d.": "que en paz descanse",
    },
    titles={
        "Sr.": "señor", "Sra.": "señora", "Srta.": "señorita", "Sres.": "señores", "Sras.": "señoras",
        "Dr.": "doctor",
        "Dra.": "doctora", "D.": "don", "Dña.": "doña", "Prof.": "profesor", "Profa.": "profesora", "Sto.": "santo",
        "Sta.": "santa", "S.": "san", "Lic.": "licenciado", "Ing.": "ingeniero", "Avda.": "avenida", "Av.": "avenida",
        "C/": "calle", "Gral.": "general", "Mons.": "monseñor", "Pdte.": "presidente", "Fr.": "fray",
    },
    counted={
        "n.º": "número", "N.º": "número", "nº": "número", "Nº": "número", "núm.": "número", "Núm.": "número",
        "n.°": "número", "pág.": "página", "págs.": "páginas", "p.": "página", "pp.": "páginas", "cap.": "capítulo",
        "Cap.": "capítulo", "vol.": "volumen", "Vol.": "volumen", "fig.": "figura", "Fig.": "figura",
        "art.": "artículo",
        "Art.": "artículo", "t.": "tomo", "ed.": "edición",
    },
    ordinals={
        "º": "masculine", ".º": "masculine", "ª": "feminine", ".ª": "feminine", "°": "masculine",
        ".er": "masculine-adjective",
        "er": "masculine-adjective", "ᵉʳ": "masculine-adjective", "o": "masculine", ".o": "masculine",
        "a": "feminine",
        ".a": "feminine",
    },
    power="por diez elevado a",
    per="por",
    ratio="a",
    scales={
        "k": ("mil", "mil"), "M": ("millón", "millones"), "mill.": ("millón", "millones"), "mil": ("mil", "mil"),
        "millón": ("millón", "millón"), "millones": ("millón", "millones"),
    },
    noun=r"(?!(?:del|que|por|con|para|son|fue|era|como|más|los|las|una|sin|sobre|hasta|entre|desde|pero)$)[a-záéíóúñü]{3,}",
    feminine_nouns=("as", "a", "ces", "ciones", "siones", "dades", "ción", "dad", "vez", "mujer", "mujeres"),
    feminine=frozenset({"hryvnia"}),
    feminine_end=("ra", "na", "da", "lla", "za", "pia", "ría", "ja", "ca"),
    clock=Clock(
        hour="{h}", minutes="{h} y {m}", form="feminine", seconds=" y {s} segundos", late="{h} horas",
        halves={"am": "a m", "pm": "p m"}, suffix=r"(?:\s?hs?\b\.?|(?=\s?horas))",
    ),
    dates=Dates(day="first", form="masculine", day_month="{d} de {m}", year=" de {y}", between="de|del|,"),
    fractions=Fractions(
        half="un medio",
        half_of=("medio", "media"),
        and_half=" y medio",
        parts={
            2: ("medio", "medios"), 3: ("tercio", "tercios"), 4: ("cuarto", "cuartos"), 5: ("quinto", "quintos"),
            6: ("sexto", "sextos"), 7: ("séptimo", "séptimos"), 8: ("octavo", "octavos"), 9: ("noveno", "novenos"),
            10: ("décimo", "décimos"), 100: ("centésimo", "centésimos"),
        },
        join=" y ",
        over=" entre ",
    ),
    money=Money(
        names={
            "$": ("dólar", "dólares", "centavo", "centavos"), "EUR": ("euro", "euros", "céntimo", "céntimos"),
            "GBP": ("libra", "libras", "penique", "peniques"), "JPY": ("yen", "yenes", "", ""),
            "CHF": ("franco suizo", "francos suizos", "céntimo", "céntimos"), "¢": ("centavo", "centavos", "", ""),
            "USD": ("dólar estadounidense", "dólares estadounidenses", "centavo", "centavos"),
            "peso": ("peso", "pesos", "centavo", "centavos"),
            "MXN": ("peso mexicano", "pesos mexicanos", "centavo", "centavos"), "₿": ("bitcoin", "bitcoines", "", ""),
        },
        join="{unit} con {cents}",
        of="de ",
    ),
    romans=Romans(
        kings=frozenset(
            "Felipe Carlos Fernando Alfonso Isabel Juan Pablo Pío Benedicto León Gregorio Clemente Inocencio Luis "
            "Enrique Jorge Eduardo Ricardo Jacobo Guillermo Pedro Alejandro Nicolás Napoleón Catalina Sancho Ramón "
            "Jaime Federico Leopoldo Francisco Ramsés Cleopatra Urbano Bonifacio Sixto Julio Maximiliano "
            "Gustavo".split()
        ),
        queens=frozenset({"Isabel", "Catalina", "Cleopatra"}),
        queen_form="feminine",
        form="masculine",
        ordinals=10,
        nouns=frozenset(
            "Capítulo capítulo Parte parte Acto acto Escena escena Tomo tomo Volumen volumen Libro libro Artículo "
            "artículo Anexo anexo Título título siglo Siglo siglos Sección sección Tipo tipo Fase fase Mundial".split()
        ),
    ),
)  # fmt: skip
