//! Makes equal what is spelt in different ways.

/// A text as it is compared: small letters without accents, plain hyphens, apostrophes as blanks.
pub(super) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\'' => out.push(' '),
            c => fold_char(c, &mut out),
        }
    }
    out
}

/// Pages leave accents out, above all in capitals; the tables of one language stay unambiguous without them.
pub(super) fn fold_char(c: char, out: &mut String) {
    if c.is_ascii() {
        out.push(c.to_ascii_lowercase());
        return;
    }
    for c in c.to_lowercase() {
        let plain = match c {
            'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ą' => 'a',
            'ç' | 'ć' => 'c',
            'ð' => 'd',
            'è' | 'é' | 'ê' | 'ë' | 'ę' => 'e',
            'ì' | 'í' | 'î' | 'ï' => 'i',
            'ł' => 'l',
            'ñ' | 'ń' => 'n',
            'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' => 'o',
            'ś' | 'š' => 's',
            'ù' | 'ú' | 'û' | 'ü' => 'u',
            'ý' => 'y',
            'ź' | 'ż' | 'ž' => 'z',
            '‐'..='―' | '−' => '-',
            '∶' | '：' => ':',
            '\u{300}'..='\u{36F}' => continue,
            'ß' => {
                out.push_str("ss");
                continue;
            }
            'æ' => {
                out.push_str("ae");
                continue;
            }
            c => c,
        };
        out.push(plain);
    }
}
