"""Portuguese."""

from __future__ import annotations

from speech.tts.normalize.table import Clock, Dates, Fractions, Money, Romans, Table

TABLE = Table(
    point="vírgula",
    decimals=2,
    units={"dB": ("decibel", "decibéis")},
    to="a",
    by="por",
    times="vezes",
    number="número",
    signs={
        "&": "e", "@": "arroba", "%": "por cento", "+": "mais", "−": "menos", "±": "mais ou menos", "=": "igual a",
        "≠": "diferente de", "≈": "aproximadamente", "~": "cerca de", "<": "menor que", ">": "maior que",
        "≤": "no máximo", "≥": "no mínimo", "×": "vezes", "÷": "dividido por", "√": "raiz de", "∞": "infinito",
        "°": "graus", "§": "parágrafo", "^": "elevado a", "²": "ao quadrado", "³": "ao cubo", "№": "número",
        "#": "hashtag",
    },
    web={
        ".": "ponto", "/": "barra", ":": "dois pontos", "@": "arroba", "-": "hífen", "_": "sublinhado",
        "?": "interrogação", "=": "igual", "&": "e", "#": "cerquilha", "%": "por cento", "+": "mais", "~": "til",
        "v": "versão",
    },
    abbreviations={
        "p. ex.": "por exemplo", "P. ex.": "Por exemplo", "etc.": "et cetera", "a. C.": "antes de Cristo",
        "a.C.": "antes de Cristo", "d.C.": "depois de Cristo",
        "d. C.": "depois de Cristo", "aprox.": "aproximadamente", "tel.": "telefone", "Tel.": "telefone",
        "EUA": "Estados Unidos", "Ltda.": "Limitada", "S. A.": "S A", "vs.": "versus", "máx.": "máximo",
        "mín.": "mínimo",
        "i. e.": "isto é", "cf.": "confira", "24/7": "vinte e quatro sete", "V. Exa.": "Vossa Excelência",
        "obs.": "observação",
    },
    titles={
        "Sr.": "senhor", "Sra.": "senhora", "Srta.": "senhorita", "Srs.": "senhores", "Dr.": "doutor",
        "Dra.": "doutora",
        "D.": "dom", "Prof.": "professor", "Profa.": "professora", "Profª": "professora", "Sto.": "santo",
        "Sta.": "santa",
        "S.": "são", "Eng.": "engenheiro", "Av.": "avenida", "R.": "rua", "Pe.": "padre", "Gen.": "general",
        "Exmo.": "excelentíssimo",
    },
    counted={
        "n.º": "número", "N.º": "número", "nº": "número", "Nº": "número", "n.°": "número", "n°": "número",
        "pág.": "página", "págs.": "páginas", "p.": "página", "pp.": "páginas", "cap.": "capítulo",
        "Cap.": "capítulo",
        "vol.": "volume", "Vol.": "volume", "fig.": "figura", "Fig.": "figura", "art.": "artigo", "Art.": "artigo",
        "ed.": "edição", "arts.": "artigos",
    },
    ordinals={
        "º": "masculine", ".º": "masculine", "ª": "feminine", ".ª": "feminine", "°": "masculine", "o": "masculine",
        "a": "feminine",
    },
    power="vezes dez elevado a",
    per="por",
    ratio="a",
    scales={
        "k": ("mil", "mil"), "mil": ("mil", "mil"), "mi": ("milhão", "milhões"), "bi": ("bilhão", "bilhões"),
        "milhão": ("milhão", "milhão"), "milhões": ("milhão", "milhões"), "bilhão": ("bilhão", "bilhão"),
        "bilhões": ("bilhão", "bilhões"), "mil milhões": ("mil milhões", "mil milhões"),
    },
    noun=r"(?!(?:que|por|com|para|são|foi|era|como|mais|dos|das|uma|sem|sobre|até|entre|desde|mas)$)[a-zà-ü]{3,}",
    feminine_nouns=("as", "a", "zes", "ções", "sões", "dades", "ção", "dade", "vez", "mulher", "mulheres"),
    feminine=frozenset({"hryvnia"}),
    feminine_end=("ra", "na", "da", "lha", "ça", "pia", "ia", "sa"),
    clock=Clock(
        hour="{h} {noun}", minutes="{h} {noun} e {m}", noun=("hora", "horas"), form="feminine",
        seconds=" e {s} segundos", suffix=r"\s?h(?:oras?)?\b", separators=":h",
    ),
    dates=Dates(day="first", form="masculine", day_month="{d} de {m}", year=" de {y}", between="de|,"),
    fractions=Fractions(
        half="um meio",
        half_of=("meio", "meia"),
        and_half=" e meio",
        parts={
            2: ("meio", "meios"), 3: ("terço", "terços"), 4: ("quarto", "quartos"), 5: ("quinto", "quintos"),
            6: ("sexto", "sextos"), 7: ("sétimo", "sétimos"), 8: ("oitavo", "oitavos"), 9: ("nono", "nonos"),
            10: ("décimo", "décimos"), 100: ("centésimo", "centésimos"),
        },
        join=" e ",
        over=" sobre ",
    ),
    money=Money(
        names={
            "$": ("dólar", "dólares", "centavo", "centavos"), "EUR": ("euro", "euros", "cêntimo", "cêntimos"),
            "GBP": ("libra", "libras", "péni", "pence"), "JPY": ("iene", "ienes", "", ""),
            "BRL": ("real", "reais", "centavo", "centavos"), "¢": ("centavo", "centavos", "", ""),
            "CHF": ("franco suíço", "francos suíços", "cêntimo", "cêntimos"), "₿": ("bitcoin", "bitcoins", "", ""),
            "USD": ("dólar americano", "dólares americanos", "centavo", "centavos"),
        },
        join="{unit} e {cents} {name}",
        of="de ",
    ),
    romans=Romans(
        kings=frozenset(
            "Pedro João Manuel Afonso Sancho Dinis Fernando Sebastião Filipe José Luís Carlos Maria Isabel Henrique "
            "Paulo Pio Bento Leão Gregório Clemente Inocêncio Jorge Eduardo Ricardo Guilherme Alexandre Nicolau "
            "Napoleão "
            "Catarina Ramsés Cleópatra Urbano Bonifácio Francisco Frederico".split()
        ),
        queens=frozenset({"Maria", "Isabel", "Catarina", "Cleópatra"}),
        queen_form="feminine",
        form="masculine",
        ordinals=10,
        nouns=frozenset(
            "Capítulo capítulo Parte parte Ato ato Cena cena Tomo tomo Volume volume Livro livro Artigo artigo Anexo "
            "anexo "
            "Título título século Século séculos Seção seção Secção Tipo tipo Fase fase".split()
        ),
    ),
)  # fmt: skip
