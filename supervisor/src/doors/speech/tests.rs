//! Tests of what a voice says: known sentences, and that hostile text still is well-formed SSML that says the same.

use proptest::prelude::*;

use super::*;

fn text(reply: &str) -> String {
    Speech::of(reply, "").text
}

#[test]
fn units_signs_and_abbreviations_are_said_in_words() {
    for (written, said) in [
        ("Inflate to 2.4 bar (35 psi). [1]", "Inflate to 2.4 bar (35 P S I)."),
        ("At 50 km/h it uses 15.5 kWh.", "At 50 kilometres per hour it uses 15.5 kilowatt hours."),
        ("From -20 °C to 80%.", "From minus 20 degrees Celsius to 80 percent."),
        ("Between 10–80 %, 12V and 1 km.", "Between 10 to 80 percent, 12 volt and 1 kilometre."),
        ("Approx. 20 min. at 11 kW.", "approximately 20 minutes at 11 kilowatts."),
        ("Use a cable, e.g. Type 2.", "Use a cable, for example Type 2."),
        ("Lamps, seats, etc.", "Lamps, seats, and so on."),
        ("Vehicle → Charging › Timer", "Vehicle then Charging then Timer."),
        ("It costs £8 or €9.", "It costs 8 pounds or 9 euros."),
        ("Switch it on/off & wait — 5 s.", "Switch it on or off and wait, 5 seconds."),
        ("Consumption is given in kWh/100km.", "Consumption is given in kilowatt hours per 100 kilometres."),
        ("Park \u{1f697} at **2026-10-05**.", "Park at 2026-10-05."),
        ("", ""),
        ("… [1] ?!", ""),
    ] {
        assert_eq!(text(written), said, "{written:?}");
    }
}

#[test]
fn codes_and_numbers_that_are_dialled_are_spelled() {
    for (written, said) in [
        ("p0301 means a misfire. [1]", "P 0 3 0 1 means a misfire."),
        ("Call +44 1632 960100, or 112.", "Call plus 4 4 1 6 3 2 9 6 0 1 0 0, or 1 1 2."),
        ("The car is VDRLE52K1SA000117.", "The car is V D R L E 5 2 K 1 S A 0 0 0 1 1 7."),
        ("It has 118200 km, made in 2025.", "It has 118200 kilometres, made in 2025."),
        ("R18 wheels, 112 km", "R18 wheels, 112 kilometres."),
    ] {
        assert_eq!(text(written), said, "{written:?}");
    }
}

#[test]
fn addresses_are_mentioned_and_not_spelled() {
    let said = text("See (https://veldra.example/a?b=1&c=2), www.veldra.example or care@veldra.example.");
    assert_eq!(said, "See (a web address), a web address or a mail address.");
}

#[test]
fn steps_are_announced_and_a_warning_is_louder_and_comes_alone() {
    let speech = Speech::of("Stop at once. [1] Call us.\n1. Open P0301.\n- Close & go", "Stop at once.");
    assert_eq!(speech.text, "Stop at once. Call us. Step 1: Open P 0 3 0 1. Close and go.");
    let expected = concat!(
        r#"<speak><p><s><prosody volume="loud">Stop at once.</prosody></s></p>"#,
        r#"<p><s>Call us.</s><break time="400ms"/><s>Step 1: Open <say-as interpret-as="characters">P0301</say-as>.</s>"#,
        r#"<break time="400ms"/><s>Close and go.</s></p></speak>"#,
    );
    assert_eq!(speech.ssml, expected);
}

#[test]
fn only_replies_in_a_car_are_spoken() {
    use contract::Caller;
    use contract::testing;
    use contract::turn::Turn;

    for (channel, spoken) in [(Channel::Vehicle, true), (Channel::Web, false), (Channel::Mobile, false)] {
        let turn = Turn { channel, ..testing::turn("t", "s", &Caller::Anonymous, "hello") };
        assert_eq!(Speech::of_turn(&testing::record(&turn, "Hello.")).is_some(), spoken);
    }
}

/// What an SSML document says, read by an XML parser: the elements are the known ones, and what is spelled is spaced.
fn heard(ssml: &str) -> String {
    let document = roxmltree::Document::parse(ssml).unwrap_or_else(|error| panic!("{error}: {ssml:?}"));
    assert!(document.root_element().has_tag_name("speak"));
    let known = ["speak", "p", "s", "break", "prosody", "say-as"];
    let mut sentences = Vec::new();
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        assert!(known.contains(&node.tag_name().name()), "{ssml:?}");
        if node.has_tag_name("s") {
            let texts = node.descendants().filter(roxmltree::Node::is_text).map(|text| {
                let words = text.text().unwrap_or_default();
                let spelled = text.parent().is_some_and(|parent| parent.has_tag_name("say-as"));
                if spelled { words.chars().map(String::from).collect::<Vec<_>>().join(" ") } else { words.to_owned() }
            });
            sentences.push(texts.collect::<String>());
        }
    }
    sentences.join(" ")
}

proptest! {
    #[test]
    fn any_text_is_well_formed_and_both_forms_say_the_same(reply in ".{0,200}", warning in ".{0,20}") {
        let speech = Speech::of(&reply, &warning);
        prop_assert_eq!(heard(&speech.ssml), speech.text);
    }

    #[test]
    fn hostile_text_is_well_formed(parts in prop::collection::vec(prop::sample::select(vec![
        "</s>", "</speak>", "<!--", "-->", "<![CDATA[", "]]>", "&lt;", "&", "&#0;", "\u{0}", "\u{b}", "\u{fffe}", "\u{ffff}",
        "\"", "'", "<audio src=\"http://evil/\"/>", "<!DOCTYPE a>", "%", "+44", "12345", "P0301", " ", "\n", "1. ", ".", "[1]",
        "-", "–", "/", "@", "a.b", "€", "°C", "-20", "\u{2028}", "\u{e000}", "\u{10ffff}", "e.g.", "1", "VDRLE52K1SA000117",
    ]), 0..40)) {
        let reply = parts.concat();
        let speech = Speech::of(&reply, "P0301");
        prop_assert_eq!(heard(&speech.ssml), speech.text);
    }
}
