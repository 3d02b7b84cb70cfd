"""Frequent small words of our languages in Latin letters: what tells short texts apart.

A word stands under every language that uses it often, so that a word of many languages says little. Written by hand;
words that a language uses a tenth as often as another were added where counts of real text showed them.
"""

from typing import Final

WORDS: Final[dict[str, str]] = {
    "cs": (
        "aby ale až bez by byl byla byli bylo být co do ho jak jako jaké jaký je jeho jej jejich jen jsem "
        "jsou jste já každý kde kdo kdy když ke kolik která které který lze mají mezi mu musí má může můžete "
        "na nad nebo nebyl není než nich od po pod podle pokud pro před při roku si své tak také ten tento to "
        "tohoto této tím už ve více však za ze že"
    ),
    "da": (
        "ad af afgørende anden andet andre arbejde at blandt blev blive bliver bog bruge bruges brugt både "
        "bør chi dem den denne der deres derfor dermed det dette dig din dit dog efter efterfølgende eller "
        "enhver er et findes flere for fordi forskellige fra frem få fået første gade gav gennem give giver "
        "gjort grund gør gøre han hans har havde have hele hende herunder hun hvad hvem hver hvilke hvilken "
        "hvilket hvis hvor hvordan hvorfor hvornår højre højt ifølge igen ikke imod ind inden indtil ingen "
        "især jeg jeres kan kendt kendte kun kunne kvinde kvinder lige ligesom ligger magt man mand mange med "
        "meget mellem men mener mennesker mere mest mig mit mod må måde ned nej nogen noget nogle nu nyt når "
        "og også om omkring op opgave over politik på ret samt selv selvom siden sig sin skal skulle som "
        "sprog store så sådan særlig tage tager til tilbage to tog tyve ud uden uge under var ved vej vil "
        "ville vores være år"
    ),
    "de": (
        "aber als am an auch auf aus bei bis darf das dass dem den der des die diese dieser dieses durch ein "
        "eine einem einen einer er es für gegen grund haben hat ich ihr ihre im in ist jeder kann kein keine "
        "können man mann meer mehr mich mir mit nach nicht noch nur oder quelle sei sein seine seiner sich "
        "sie sind so sowie tage um und uns unter vom von vor wann war warum was welche welcher welches wenn "
        "wer werden wie will wir wird wo wurde zu zum zur zwischen über"
    ),
    "en": (
        "about after all also an and any are as at be because been between but by can could did do does dog "
        "during everyone first for from give go had has have he her him his how if in into is it its like "
        "many may men more most my no not of on one only or other our out over she should so some than that "
        "the their them then there these they this to two under up war was we were what when where which who "
        "will with would you your"
    ),
    "es": (
        "al así bien cada como con contra cosa cuando cuanto cuál cuándo cuántos cómo debe del desde donde "
        "dos durante dónde el ella entre era es ese esta este estos está fue fueron ha había han hasta hay la "
        "las le lo los mas muy más ni no nos otros para parte pero persona por porque puede que quién qué "
        "según ser si sin sobre solo son su sus sólo también tiene toda todo todos un una uno usted vez ya yo "
        "él"
    ),
    "fi": (
        "ei eikä eivät ennen ettei että he hän hänen ilman ja joka jokaisella jonka jos jossa jotka jälkeen "
        "kaikki kanssa kuin kuinka kuka kun lain miksi mikä milloin minkä minne minä missä mistä mitä monta "
        "mukaan mutta muun myös ne niin noin nyt ole oli oliko olivat olla ollut on onko ovat ovatko paljon "
        "pitää saa sekä sen siinä siitä sinä sitä tai te tulee tämä tämän tässä vain vielä voi voidaan voit "
        "vuonna"
    ),
    "fr": (
        "après au aussi aux avec bien ce ces cet cette ci combien comme comment dans des deux dont elle entre "
        "est et fait foi il ils je la le les leur leurs mais mer mot même ne ni nous on ont ou où par pas "
        "peut plus pour pourquoi qu quand que quel quelle quelles quels qui sa sans ses si son sont sous sur "
        "tous tout toute très un une votre vous était été être"
    ),
    "hu": (
        "aki akkor amely ami amikor annak az azonban azt be csak egy egyik el első ember ennek este ez ezek "
        "ezt fel ha hogy hogyan hol hány illetve is itt joga kell ki kik két között le lehet lesz lett majd "
        "meg mely melyik mert mikor milyen minden mindenkinek mint mit miért már más még nagyon ne neki nem "
        "nincs nélkül olyan pedig például saját sem során szerint uno után vagy valamint való van volna volt "
        "voltak át és így"
    ),
    "id": (
        "ada adalah agar akan anda antara apa apakah atas atau bagaimana bagi bahwa beberapa belum berapa "
        "bisa dalam dan dapat dari dengan di dia dimana hanya harus ia ini itu jika juga kali kami kapan "
        "karena ke kepada ketika kita lain lebih mana masih memiliki mengapa menjadi mereka merupakan oleh "
        "orang pada para politik saat sama satu saya sebagai sebuah secara semua seperti setelah setiap siapa "
        "siapakah suatu sudah tahun tak telah tentang terhadap tersebut tidak untuk yang"
    ),
    "it": (
        "ad ai al all alla anche ben che chi ci come con cosa cui dal dalla degli dei del dell della delle "
        "deve di dopo dove due durante ed era essa essere fatto fra fu gli ha hanno ho il in la le lo loro ma "
        "molto nei nel nell nella non ogni parte per perché persona più prima può qual quale quali quando "
        "quanti quel quelle questa questo sei senza si sia solo sono sotto stata stato su sua sul sulla suo "
        "tra tutti un una uno"
    ),
    "nl": (
        "aan al alleen als bij dan dat deze die dit door een er geen haar had heb hebben heeft hele hem het "
        "hij hoe hoeveel hun ieder ik in is jaar je kan kunt maar meer mest met mijn moet na naar niet noch "
        "nog nu of om onder ook op over te ten tot tussen twee uit uw van voor waar waarom wanneer was wat we "
        "wel welk welke werd wie worden wordt zal ze zich zijn zo zou"
    ),
    "no": (
        "andre annen annet arbeid at av avgjørende bare blant ble bli blir bok bruke brukes brukt både bør "
        "deg dei dem den denne deres derfor dermed det dette dykk eg ein eit eller enhver enn er et etter "
        "fikk finnes flere for fordi forskjellige fra fram frem frå få fått første ga gate gav gi gikk gir "
        "gjennom gjort gjør gjøre grunn ha hadde han hans har hele henne ho hun hva hvem hver hvilke hvilken "
        "hvilket hvis hvor hvordan hvorfor høyre høyt ifølge igjen ikke ikkje ingen inn innen inntil jeg kan "
        "kjent kjente kommer kor korleis kunne kva kvar kven kvinne kvinner lett ligger like likevel makt man "
        "mange mann med meg meir mellom men mener mennesker mer mest minne mitt mot mye mykje må måte måtte "
        "ned nei noe noen nokon nå når og også om omkring opp oppgave opptil oss over på rett sa samt seg "
        "selv siden sier sin sine sitt skal skulle slik som språk store så særlig til tilbake tjue tog tok "
        "uke under ut utan uten var vart ved vei vere vil ville vår være år"
    ),
    "pl": (
        "aby ale bardzo bez być był była było były ci co czy człowiek dla dlaczego do gdy gdzie go ich ile "
        "jak jaka jaki jakie jako jednak jego jej jest jeśli już każdy kiedy kto która które który lub ma "
        "mają między mnie może można mu my na nad nas nich nie od oraz po pod podczas przed przez przy roku "
        "się sobie są tak także te tego tej ten to tych tylko tym we więc za ze że"
    ),
    "pt": (
        "ainda ao aos as até cada com como contra das depois deve dia do dos durante ela ele eles em entre "
        "era essa esse esta este está foi foram havia há isso já lhe lo mais mas mesmo minha muito na nas nem "
        "no nos num não onde os ou para parte pela pelo pelos pode por porque quais qual qualquer quando "
        "quantos que quem seja sem ser seu seus sobre sua suas são também tem toda todo todos têm um uma uns "
        "vez você às"
    ),
    "sv": (
        "alla andra att av bara bland blev bli blir både chi dem den denna deras dessa det detta dig din dog "
        "där efter eller ett fel finns fram från få för första gav genom grund göra hade han hans har hela "
        "hem hon hur här igen ingen inom inte jag kan kommer kunde kvar lett ligger man med mellan men mer "
        "mest mig mitt mot mycket må många måste ned ner nu när någon något och också om oss på samt sedan "
        "sig sin sitt ska skall skulle som språk så sådan tak till tog under upp ur ut utan vad var vara "
        "varför varje vem vid vilka vilken vilket vill än är år över"
    ),
    "tr": (
        "ad ama ancak arasında aynı bazı ben bir biz bu bunu bütün daha değil din dir diye dır edilen ele "
        "elle gibi göre hakkı hangi hasta hem her herkes hiç hiçbir iki ile ilk ise için kadar karşı kaç "
        "kendi ki kim mu mü mı nasıl ne neden nedir nerede olan olarak olduğu olduğunu olur onun saat sadece "
        "sen son sonra tarafından tüm var vardır ve veya ya yok yıl zaman çok önce üzerinde şekilde şey"
    ),
}
"""Lower-case words separated by spaces, by language code."""
