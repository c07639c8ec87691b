//! Takes out of a question what could name who asked it: addresses, numbers, names.

/// Longest question that is kept, in characters.
const LONGEST: usize = 200;

/// The words of a text, without addresses of mail and web, without longer numbers (of phones, cars, contracts) and without
/// the parts of this name or of the one that is introduced by "my name is".
pub(crate) fn redacted(text: &str, name: Option<&str>) -> String {
    let names: Vec<String> = name.into_iter().flat_map(str::split_whitespace).map(str::to_lowercase).collect();
    let mut introduced = 0;
    let mut before = String::new();
    let mut words = Vec::new();
    for word in text.split_whitespace() {
        let core = word.trim_matches(|c: char| !c.is_alphanumeric());
        let lower = core.to_lowercase();
        let own = lower.strip_suffix("'s").or_else(|| lower.strip_suffix("’s")).unwrap_or(&lower);
        let follows = introduced > 0 && core.chars().next().is_some_and(char::is_uppercase);
        introduced = if follows { introduced - 1 } else { 0 };
        if before == "name" && own == "is" {
            introduced = 2;
        }
        let stand_in = match core {
            _ if word.contains('@') || lower.contains("://") || lower.starts_with("www.") => Some("[address]"),
            _ if is_number(core) => Some("[number]"),
            _ if follows || names.iter().any(|part| part == own) => Some("[name]"),
            _ => None,
        };
        before = own.to_owned();
        words.push(stand_in.unwrap_or(word));
    }
    words.join(" ").chars().take(LONGEST).collect()
}

/// Whether it could be a number of somebody or something: three digits on end alone, or letters with two digits such as a plate.
fn is_number(core: &str) -> bool {
    let digits = core.chars().filter(char::is_ascii_digit).count();
    let letters = core.chars().filter(|c| c.is_alphabetic()).count();
    // Trouble codes (SAE J2012) name nobody and say much.
    let code = core.len() == 5 && core.starts_with(['P', 'B', 'C', 'U', 'p', 'b', 'c', 'u']) && digits >= 3;
    !code && (digits >= 3 && letters == 0 || digits >= 2 && letters >= 2 && core.chars().count() >= 5)
}

#[cfg(test)]
mod tests {
    use super::redacted;

    #[test]
    fn what_could_name_somebody_is_taken_out() {
        for (text, expected) in [
            ("Can I fit a roof tent?", "Can I fit a roof tent?"),
            ("Mail me at ada@example.com, I'm Ada!", "Mail me at [address] I'm [name]"),
            ("my name is Carla Meyer and the tent leaks", "my name is [name] [name] and the tent leaks"),
            ("call 0163 296 0199 or +44-1632-960-199", "call [number] [number] [number] or [number]"),
            ("My car WVELUM25XLR000017, plate AB12CDE", "My car [number] plate [number]"),
            ("what does P0301 mean at 20 °C on 2.5 bar", "what does P0301 mean at 20 °C on 2.5 bar"),
            ("Lindqvist’s car", "[name] car"),
        ] {
            assert_eq!(redacted(text, Some("Ada Lindqvist")), expected);
        }
        assert_eq!(redacted(&"word ".repeat(100), None).chars().count(), 200);
    }
}
