//! The words of dates, by language, as they are spelt.
//!
//! The forms of one word are separated by blanks; months, weekdays, units and phrases by `|`. A form marked with `=` is also an ordinary word in
//! another language and counts only where the source is written in its own.

/// A length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
}

/// The units, in the order of [`Language::units`].
pub(super) const UNITS: [Unit; 6] = [Unit::Second, Unit::Minute, Unit::Hour, Unit::Day, Unit::Week, Unit::Month];

/// What one language calls things.
pub(super) struct Language {
    /// The primary subtag of BCP 47.
    pub(super) tag: &'static str,
    /// January first: in full, declined, abbreviated.
    pub(super) months: &'static str,
    /// Monday first: in full, declined, abbreviated.
    pub(super) weekdays: &'static str,
    /// Phrases for this very moment.
    pub(super) now: &'static str,
    /// Phrases for today, yesterday and the day before.
    pub(super) days: [&'static str; 3],
    /// From seconds to months.
    pub(super) units: &'static str,
    /// Words for one, before a unit.
    pub(super) one: &'static str,
    /// Phrases that make a length of time lie in the past, standing before it.
    pub(super) before: &'static str,
    /// The same, standing after it.
    pub(super) after: &'static str,
    /// "An hour ago" without a word for "an": phrases for one of each unit.
    pub(super) bare: &'static str,
    /// Labels of the date of publication.
    pub(super) published: &'static str,
    /// Labels of the date of a later change.
    pub(super) updated: &'static str,
}

/// Every language that is read. Where two share a word, the source's own comes first, then this order.
pub(super) const LANGUAGES: [Language; 14] = [
    Language {
        tag: "sv",
        months: "januari jan|februari febr feb|mars mar|april apr|maj|juni jun|juli jul|augusti aug|\
            september sept sep|oktober okt|november nov|december dec",
        weekdays: "måndag måndagen måndags mån =må|tisdag tisdagen tisdags tis =ti|onsdag onsdagen onsdags ons =on|\
            torsdag torsdagen torsdags tors tor =to|fredag fredagen fredags fre =fr|lördag lördagen lördags lör =lö|\
            söndag söndagen söndags sön =sö",
        now: "just nu|nyss|alldeles nyss|=nu",
        days: ["i dag|idag", "i går|igår", "i förrgår|förrgår"],
        units: "sekund sekunder sek|minut minuter min|timme timmar timma tim h|dag dagar dygn d|vecka veckor|\
            månad månader",
        one: "en ett",
        before: "",
        after: "sedan|sen",
        bare: "",
        published: "publicerad publicerat publicerades publ skapad upplagd",
        updated: "uppdaterad uppdaterat uppdaterades uppdat ändrad ändrat ändrades reviderad granskad",
    },
    Language {
        tag: "en",
        months: "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|september sept sep|\
            october oct|november nov|december dec",
        weekdays: "monday mon|tuesday tues tue|wednesday wed|thursday thurs thur thu|friday fri|saturday sat|\
            sunday sun",
        now: "just now|right now|moments ago|a moment ago|=now",
        days: ["today", "yesterday", "the day before yesterday|day before yesterday"],
        units: "second seconds sec secs s|minute minutes min mins m|hour hours hr hrs h|day days d|\
            week weeks wk wks w|month months",
        one: "a an one",
        before: "",
        after: "ago",
        bare: "",
        published: "published posted created released publication issued",
        updated: "updated modified edited changed revised reviewed update",
    },
    Language {
        tag: "nb",
        months: "januar jan|februar feb|mars mar|april apr|mai|juni jun|juli jul|august aug|september sept sep|\
            oktober okt|november nov|desember des",
        weekdays: "mandag man =ma|tirsdag tirs tir =ti|onsdag ons =on|torsdag tors tor =to|fredag fre =fr|\
            lørdag lør =lø|søndag søn =sø",
        now: "akkurat nå|nettopp|=nå",
        days: ["i dag|idag", "i går|igår", "i forgårs|forgårs"],
        units: "sekund sekunder sek|minutt minutter min|time timer t|dag dager døgn|uke uker|måned måneder mnd",
        one: "en ett ei et",
        before: "",
        after: "siden",
        bare: "",
        published: "publisert opprettet lagt",
        updated: "oppdatert endret revidert",
    },
    Language {
        tag: "nn",
        months: "januar jan|februar feb|mars mar|april apr|mai|juni jun|juli jul|august aug|september sept sep|\
            oktober okt|november nov|desember des",
        weekdays: "måndag mån =må|tysdag tys =ty|onsdag ons =on|torsdag tors tor =to|fredag fre =fr|laurdag lau =la|\
            søndag sundag søn =sø",
        now: "akkurat no|nettopp|=no",
        days: ["i dag|idag", "i går|igår", "i førgår|førgår"],
        units: "sekund sek|minutt min|time timar t|dag dagar døgn|veke veker|månad månader mnd",
        one: "ein eit ei",
        before: "",
        after: "sidan",
        bare: "",
        published: "publisert oppretta",
        updated: "oppdatert endra revidert",
    },
    Language {
        tag: "da",
        months: "januar jan|februar feb|marts mar|april apr|maj|juni jun|juli jul|august aug|september sept sep|\
            oktober okt|november nov|december dec",
        weekdays: "mandag man =ma|tirsdag tirs tir =ti|onsdag ons =on|torsdag tors tor =to|fredag fre =fr|\
            lørdag lør =lø|søndag søn =sø",
        now: "lige nu|netop nu|=nu",
        days: ["i dag|idag", "i går|igår", "i forgårs|forgårs"],
        units: "sekund sekunder sek|minut minutter min|time timer t|dag dage døgn|uge uger|måned måneder",
        one: "en et",
        before: "",
        after: "siden",
        bare: "",
        published: "publiceret udgivet offentliggjort oprettet",
        updated: "opdateret ændret revideret redigeret",
    },
    Language {
        tag: "fi",
        months: "tammikuu tammikuuta tammikuun tammikuussa tammi|helmikuu helmikuuta helmikuun helmikuussa helmi|\
            maaliskuu maaliskuuta maaliskuun maaliskuussa maalis|huhtikuu huhtikuuta huhtikuun huhtikuussa huhti|\
            toukokuu toukokuuta toukokuun toukokuussa touko|kesäkuu kesäkuuta kesäkuun kesäkuussa kesä|\
            heinäkuu heinäkuuta heinäkuun heinäkuussa heinä|elokuu elokuuta elokuun elokuussa elo|\
            syyskuu syyskuuta syyskuun syyskuussa syys|lokakuu lokakuuta lokakuun lokakuussa loka|\
            marraskuu marraskuuta marraskuun marraskuussa marras|joulukuu joulukuuta joulukuun joulukuussa joulu",
        weekdays: "maanantai maanantaina =ma|tiistai tiistaina =ti|keskiviikko keskiviikkona =ke|\
            torstai torstaina =to|perjantai perjantaina =pe|lauantai lauantaina =la|sunnuntai sunnuntaina =su",
        now: "juuri nyt|juuri äsken|äsken|hetki sitten|=nyt",
        days: ["tänään", "eilen", "toissapäivänä"],
        units: "sekunti sekuntia s|minuutti minuuttia min|tunti tuntia t h|päivä päivää pv vrk|viikko viikkoa vk|\
            kuukausi kuukautta kk",
        one: "yksi",
        before: "",
        after: "sitten",
        bare: "sekunti sitten|minuutti sitten|tunti sitten|päivä sitten|viikko sitten|kuukausi sitten",
        published: "julkaistu julkaisuaika julkaisupäivä luotu",
        updated: "päivitetty muokattu muutettu",
    },
    Language {
        tag: "is",
        months: "janúar jan|febrúar feb|mars mar|apríl apr|maí|júní jún|júlí júl|ágúst ágú|september sept sep|\
            október okt|nóvember nóv|desember des",
        weekdays: "mánudagur mánudaginn mánudag mán|þriðjudagur þriðjudaginn þriðjudag þri|\
            miðvikudagur miðvikudaginn miðvikudag mið|fimmtudagur fimmtudaginn fimmtudag fim|\
            föstudagur föstudaginn föstudag fös|laugardagur laugardaginn laugardag lau|\
            sunnudagur sunnudaginn sunnudag sun",
        now: "rétt í þessu|núna",
        days: ["í dag", "í gær", "í fyrradag"],
        units: "sekúndu sekúndum sekúnda sek|mínútu mínútum mínúta mín|\
            klukkustund klukkustundum klukkutíma klukkutímum tíma tímum klst|degi dögum dag|viku vikum|mánuði mánuðum",
        one: "einni einum eina einn",
        before: "fyrir",
        after: "síðan",
        bare: "",
        published: "birt útgefið birtist",
        updated: "uppfært breytt",
    },
    Language {
        tag: "de",
        months: "januar jänner jan|februar feber febr feb|märz maerz mrz mär|april apr|mai|juni jun|juli jul|\
            august aug|september sept sep|oktober okt|november nov|dezember dez",
        weekdays: "montag =mo|dienstag =di|mittwoch =mi|donnerstag =do|freitag =fr|samstag sonnabend =sa|sonntag =so",
        now: "gerade eben|soeben|gerade|=eben|=jetzt",
        days: ["heute", "gestern", "vorgestern"],
        units: "sekunde sekunden sek|minute minuten min|stunde stunden std h|tag tage tagen|woche wochen|\
            monat monate monaten",
        one: "einer einem eine ein",
        before: "vor|vor etwa|vor ca|vor rund",
        after: "her",
        bare: "",
        published: "veröffentlicht erstellt erschienen publiziert",
        updated: "stand aktualisiert geändert bearbeitet überarbeitet aktualisierung",
    },
    Language {
        tag: "nl",
        months: "januari jan|februari feb febr|maart mrt|april apr|mei|juni jun|juli jul|augustus aug|\
            september sept sep|oktober okt|november nov|december dec",
        weekdays: "maandag =ma|dinsdag =di|woensdag =wo|donderdag =do|vrijdag =vr|zaterdag =za|zondag =zo",
        now: "zojuist|zonet|=nu",
        days: ["vandaag", "gisteren", "eergisteren"],
        units: "seconde seconden sec|minuut minuten min|uur uren u|dag dagen|week weken|maand maanden",
        one: "een",
        before: "",
        after: "geleden",
        bare: "",
        published: "gepubliceerd geplaatst gemaakt",
        updated: "bijgewerkt gewijzigd aangepast geüpdatet",
    },
    Language {
        tag: "fr",
        months: "janvier janv jan|février févr fév|mars|avril avr|mai|juin|juillet juil|août|septembre sept sep|\
            octobre oct|novembre nov|décembre déc",
        weekdays: "lundi lun|mardi =mar|mercredi mer|jeudi jeu|vendredi ven|samedi sam|dimanche dim",
        now: "à l'instant|=maintenant",
        days: ["aujourd'hui", "=hier", "avant-hier"],
        units: "seconde secondes s|minute minutes min mn|heure heures h|jour jours j|semaine semaines|mois",
        one: "un une",
        before: "il y a|il y a environ|y a",
        after: "",
        bare: "",
        published: "publié publiée publication paru parue créé",
        updated: "mis mise modifié modifiée actualisé actualisée =màj",
    },
    Language {
        tag: "es",
        months: "enero ene|febrero feb|marzo mar|abril abr|mayo may|junio jun|julio jul|agosto =ago|\
            septiembre setiembre sept sep|octubre oct|noviembre nov|diciembre dic",
        weekdays: "lunes lun|martes =mar|miércoles mié|jueves jue|viernes vie|sábado sáb|domingo dom",
        now: "ahora mismo|hace un momento|=ahora",
        days: ["hoy", "ayer", "anteayer|antes de ayer"],
        units: "segundo segundos seg|minuto minutos min|hora horas h|día días|semana semanas|mes meses",
        one: "un una",
        before: "hace|hace unas|hace unos",
        after: "",
        bare: "",
        published: "publicado publicada creado publicación",
        updated: "actualizado actualizada modificado actualización",
    },
    Language {
        tag: "it",
        months: "gennaio =gen|febbraio feb febbr|marzo mar|aprile apr|maggio =mag magg|giugno giu|luglio lug|\
            agosto =ago|settembre sett =set|ottobre ott|novembre nov|dicembre dic",
        weekdays: "lunedì lun|martedì =mar|mercoledì mer|giovedì gio|venerdì ven|sabato sab|domenica dom",
        now: "proprio ora|poco fa|adesso",
        days: ["oggi", "ieri", "l'altro ieri|altro ieri|avantieri"],
        units: "secondo secondi sec|minuto minuti min|ora ore h|giorno giorni|settimana settimane|mese mesi",
        one: "un una uno",
        before: "",
        after: "fa",
        bare: "",
        published: "pubblicato pubblicata pubblicazione creato",
        updated: "aggiornato aggiornata modificato aggiornamento",
    },
    Language {
        tag: "pt",
        months: "janeiro jan|fevereiro fev|março mar|abril abr|maio mai|junho jun|julho jul|agosto =ago|\
            setembro =set|outubro =out|novembro nov|dezembro dez",
        weekdays: "=segunda =seg|=terça =ter|=quarta =qua|=quinta =qui|=sexta =sex|sábado sáb|domingo dom",
        now: "agora mesmo|=agora",
        days: ["hoje", "ontem", "anteontem"],
        units: "segundo segundos seg|minuto minutos min|hora horas h|dia dias|semana semanas|mês meses",
        one: "um uma",
        before: "há|há cerca de|faz",
        after: "atrás",
        bare: "",
        published: "publicado publicada publicação criado",
        updated: "atualizado atualizada modificado atualização",
    },
    Language {
        tag: "pl",
        months: "styczeń stycznia styczniu sty|luty lutego lutym lut|marzec marca marcu mar|\
            kwiecień kwietnia kwietniu kwi|maj maja maju|czerwiec czerwca czerwcu cze|lipiec lipca lipcu =lip|\
            sierpień sierpnia sierpniu =sie|wrzesień września wrześniu wrz|październik października październiku paź|\
            listopad listopada listopadzie lis|grudzień grudnia grudniu gru",
        weekdays: "poniedziałek =pon =pn|wtorek =wt|środa środę =śr|czwartek czw|piątek =pt|sobota sobotę =sob|\
            niedziela niedzielę niedz =nd",
        now: "przed chwilą|=teraz",
        days: ["dzisiaj|dziś", "wczoraj", "przedwczoraj"],
        units: "sekunda sekundę sekundy sekund sek|minuta minutę minuty minut min|\
            godzina godzinę godziny godzin godz|dzień dni|tydzień tygodnie tygodni|miesiąc miesiące miesięcy",
        one: "jeden jedna",
        before: "",
        after: "temu",
        bare: "sekundę temu|minutę temu|godzinę temu|dzień temu|tydzień temu|miesiąc temu",
        published: "opublikowano opublikowany opublikowane opublikowana utworzono",
        updated: "zaktualizowano aktualizacja zmodyfikowano zmieniono",
    },
];
