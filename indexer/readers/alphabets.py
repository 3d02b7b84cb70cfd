"""How the languages were written before Unicode: their letters, and the encodings in use for them."""

from dataclasses import dataclass
from typing import Final

from indexer.scripts import Script

PUNCTUATION: Final = "’“”–\u00a0„«»…—‘‚‹›•€§°·£©®™¿¡ªº№×½¼¾²³±µ†\u2011\u2010"
"""Of alphabets; the most frequent first."""

IDEOGRAPHIC_PUNCTUATION: Final = frozenset(
    "\u3000，。、：；！？（）「」『』《》〈〉【】〔〕“”‘’…—·・～　％－＋／０１２３４５６７８９"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alphabet:
    """The letters beyond ASCII in which one language is written.

    Attributes:
        language: Its code.
        script: Its writing system.
        letters: In lower case, the most frequent first: their order says how likely each of them is.
        encodings: Names of Python codecs, the most common first. Of codecs that differ only in what hardly
            occurs, such as ISO 8859-1 and Windows-1252, the larger one.
    """

    language: str
    script: Script
    letters: str
    encodings: tuple[str, ...]


_WESTERN: Final = ("cp1252", "iso8859_15", "cp850", "mac_roman", "cp437")
_CENTRAL: Final = ("cp1250", "iso8859_2", "cp852", "mac_latin2")
_NORDIC: Final = (*_WESTERN, "cp865")
_ARABIC: Final = ("cp1256", "iso8859_6")


def _latin(language: str, letters: str, encodings: tuple[str, ...]) -> Alphabet:
    return Alphabet(language=language, script=Script.LATIN, letters=letters, encodings=encodings)


# The orders were counted in the Universal Declaration of Human Rights and in questions on articles of Wikipedia.
ALPHABETS: Final = (
    _latin("en", "éèïöüçñáóíæœ", _WESTERN),
    _latin("fr", "éàêèçùâôîûœïëæüÿ", _WESTERN),
    _latin("de", "üäößéèàç", _WESTERN),
    _latin("es", "óíáéñúü", _WESTERN),
    _latin("pt", "ãçáíéóõêúâàôü", (*_WESTERN, "cp860")),
    _latin("it", "àèùéòìîóú", _WESTERN),
    _latin("nl", "ëéïüóèöçáàêû", _WESTERN),
    _latin("sv", "äöåéüèàóë", _WESTERN),
    _latin("da", "æåøéüöäóèê", _NORDIC),
    _latin("no", "åøæéüöäóòôêèàç", _NORDIC),
    _latin("fi", "äöåéšžü", _WESTERN),
    _latin("id", "éèêçöü", _WESTERN),
    _latin("cs", "áíéěýžčřšůúťďňó", _CENTRAL),
    _latin("pl", "łżąóśęćńźé", _CENTRAL),
    _latin("hu", "éáőöóüíűúä", _CENTRAL),
    _latin("tr", "ıüşçğöİâîû", ("cp1254", "cp857", "mac_turkish", "iso8859_3")),
    Alphabet(
        language="ru",
        script=Script.CYRILLIC,
        letters="оеиантсрвлкмдпуяыгбзьйчхжюцшфщэёъіїєґ",
        encodings=("cp1251", "koi8_r", "cp866", "iso8859_5", "mac_cyrillic"),
    ),
    Alphabet(
        language="ar",
        script=Script.ARABIC,
        letters="اليمونرتبةعدسفكأهقحج،شطصإخىزثضغذئًءظّآُؤَـٍِ؛ْ؟ٌ",
        encodings=_ARABIC,
    ),
    Alphabet(
        language="fa",
        script=Script.ARABIC,
        letters="ايردمنوهتبسشکلكزفگخعقجپحئآچ،طصغذضژظثـًأءؤّ؛؟\u200c",
        encodings=_ARABIC,
    ),
    Alphabet(
        language="he",
        script=Script.HEBREW,
        letters="ויהלאתבשרכדמעחםנזפסןקגצטףךץ־׳״ִֶַָֹּ",
        encodings=("cp1255", "cp862"),
    ),
    Alphabet(
        language="th",
        script=Script.THAI,
        letters="านรอก่งเมัี้ลยวิทดสตบะคปแหใจข์ชืไพโูุ็ำึซธศถผภษณญฐฟๆฮฏฎฤฝฉฒฬ๐๑๒๓๔๕๖๗๘๙ฯ๋๊ฃฅฌฑฆ",
        encodings=("cp874",),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CharacterSet:
    """The characters of a language written in thousands of them.

    Attributes:
        language: Its code.
        order: The encoding of its national standard, whose first level holds the characters in daily use.
        first_level: The first and the last row of that level, as the first byte of two.
        script: Whose letters are common, without those of the list.
        frequent: The most frequent characters.
        encodings: Names of Python codecs, the most common first.
    """

    language: str
    order: str
    first_level: tuple[int, int]
    frequent: frozenset[str]
    encodings: tuple[str, ...]


CHARACTER_SETS: Final = (
    CharacterSet(
        language="zh",
        order="gb2312",
        first_level=(0xB0, 0xD7),
        frequent=frozenset(
            "的一是不了在有人我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用"
            "道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日者"
            "与及部公名长线由区位第路体海南亚尔至物并加东球代最新等高站北特三任市称间内建水"
        ),
        encodings=("gb18030",),
    ),
    CharacterSet(
        language="zh",
        order="big5",
        first_level=(0xA4, 0xC6),
        frequent=frozenset(
            "的一是不了在有人我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用"
            "道行所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日者"
            "與及部公名長線由區位第路體海南亞爾至物並加東球代最新等高站北特三任市稱間內建水"
        ),
        encodings=("big5", "gb18030"),
    ),
    CharacterSet(
        language="ja",
        order="euc_jp",
        first_level=(0xB0, 0xCF),
        frequent=frozenset(
            "のにはをたがでてとしれさるいあなもこらりまっかんきよけそうくわせめえおつどみちすやびべずじげばょゃひへほろむねゆ"
            "ーンスルトイラリクアドシレジタフプサコマロテ"
            "日一人年大国本中出時上会生学行自社者地見事方月分後前間長手業内年同定部新"
        ),
        encodings=("cp932", "euc_jp"),
    ),
    CharacterSet(
        language="ko",
        order="euc_kr",
        first_level=(0xB0, 0xC8),
        frequent=frozenset(
            "이다의에는로하가을한고지은서리으대년시를기인국스사아도일자주라어부있제전정나수되월동적해과그구와었며성장상위세여"
            "신중르드들트공개유경미조명만비선였원보터했니화게마모권회진치소통계산면발연오된우교체방후당용군문역크포민"
            "습까요않때말물집안밤살눈길날람려러없같많더네"
        ),
        encodings=("cp949",),
    ),
)
