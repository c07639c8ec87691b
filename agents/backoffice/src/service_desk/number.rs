//! Case numbers that people can read out: short, without characters that look or sound like others.

use contract::ActionId;
use uuid::Uuid;

/// Neither 0 and O, nor 1, I and L, nor U, which sounds like Q.
const ALPHABET: &[u8; 30] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";
/// So many characters are enough for 700 million appointments.
const LENGTH: u32 = 6;

/// The case numbers that the booking of an action may take: the first that no other appointment has. An action always
/// asks for the same ones.
pub fn numbers(action: &ActionId) -> impl Iterator<Item = String> {
    let action = action.clone();
    (0_u32..).map(move |attempt| {
        // A UUID of version 5 spreads evenly whatever the text is (RFC 9562, section 5.5).
        let mut rest = Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{action}/{attempt}").as_bytes()).as_u128();
        let letters = (0..LENGTH).map(|_| {
            let letter = usize::try_from(rest % 30).ok().and_then(|index| ALPHABET.get(index)).copied();
            rest /= 30;
            char::from(letter.unwrap_or(b'2'))
        });
        letters.fold("SV-".to_owned(), |number, letter| number + letter.encode_utf8(&mut [0; 4]))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn an_action_always_asks_for_the_same_numbers_and_others_ask_for_others() {
        let of = |id: &str| numbers(&ActionId::new(id).unwrap()).take(2).collect::<Vec<_>>();
        assert_eq!(of("a"), of("a"));
        let all: HashSet<String> = (0..500).flat_map(|n| of(&format!("action-{n}"))).collect();
        assert_eq!(all.len(), 1_000);
        assert!(all.iter().all(|number| number.len() == 9 && number.starts_with("SV-")), "{all:?}");
        assert!(all.iter().all(|number| !number[3..].contains(['0', 'O', '1', 'I', 'L', 'U'])), "{all:?}");
    }
}
