//! Which profiles are taken, what they are called, and how the others are refused.

use contract::ErrorKind;

use super::*;

const ARN: &str = "arn:aws:bedrock:eu-central-1:123456789012";

#[test]
fn profiles_are_taken_with_their_name_and_model() {
    let application = format!("{ARN}:application-inference-profile/a1b2c3d4e5f6");
    let cases = [
        ("us.amazon.nova-micro-v1:0", "us.amazon.nova-micro-v1:0", Some("amazon.nova-micro-v1:0")),
        ("eu.amazon.nova-pro-v1:0", "eu.amazon.nova-pro-v1:0", Some("amazon.nova-pro-v1:0")),
        ("apac.amazon.nova-lite-v1:0", "apac.amazon.nova-lite-v1:0", Some("amazon.nova-lite-v1:0")),
        ("jp.anthropic.claude-sonnet-4-6", "jp.anthropic.claude-sonnet-4-6", Some("anthropic.claude-sonnet-4-6")),
        (
            "global.anthropic.claude-haiku-4-5-20251001-v1:0",
            "global.anthropic.claude-haiku-4-5-20251001-v1:0",
            Some("anthropic.claude-haiku-4-5-20251001-v1:0"),
        ),
        ("us-gov.amazon.nova-pro-v1:0", "us-gov.amazon.nova-pro-v1:0", Some("amazon.nova-pro-v1:0")),
        // A model whose own name has a point in it is still told from a geography.
        ("us.deepseek.v3.2", "us.deepseek.v3.2", Some("deepseek.v3.2")),
        ("amazon.nova-micro-v1:0?bare=allowed", "amazon.nova-micro-v1:0", Some("amazon.nova-micro-v1:0")),
        (
            &format!("{ARN}:inference-profile/eu.amazon.nova-lite-v1:0"),
            "eu.amazon.nova-lite-v1:0",
            Some("amazon.nova-lite-v1:0"),
        ),
        // No region, no account, another partition: the published pattern lets them be.
        (
            "arn:aws-us-gov:bedrock:::inference-profile/us-gov.amazon.nova-pro-v1:0",
            "us-gov.amazon.nova-pro-v1:0",
            Some("amazon.nova-pro-v1:0"),
        ),
        (&application, "a1b2c3d4e5f6", None),
        (
            &format!("{application}?model=eu.amazon.nova-micro-v1:0&stream=off"),
            "a1b2c3d4e5f6",
            Some("amazon.nova-micro-v1:0"),
        ),
    ];
    for (text, name, model) in cases {
        let profile = Profile::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!((profile.name.as_str(), profile.model.as_deref()), (name, model), "{text}");
        assert_eq!(profile.id, text.split('?').next().unwrap(), "{text}");
        assert_eq!(profile.stream, !text.contains("stream=off"), "{text}");
    }
}

#[test]
fn everything_else_is_refused_and_says_why() {
    let cases = [
        ("", "no inference profile is named"),
        ("  ", "no inference profile is named"),
        ("?stream=off", "no inference profile is named"),
        ("amazon.nova-micro-v1:0", "?bare=allowed"),
        ("anthropic.claude-sonnet-4-6?stream=off", "eu.anthropic.claude-sonnet-4-6"),
        ("us.", "foundation model"),
        ("eu.nova", "foundation model"),
        ("eu.amazon.nova micro", "no id of an inference profile"),
        ("eu.amazon.nova/micro", "no id of an inference profile"),
        ("eu.amazon.növa", "no id of an inference profile"),
        ("${MODEL_ID}", "no id of an inference profile"),
        (&format!("eu.amazon.{}", "n".repeat(55)), "no id of an inference profile"),
        ("us.amazon.nova-micro-v1:0?temperature=1", "\"temperature\" is not known"),
        ("us.amazon.nova-micro-v1:0?Stream=off", "\"Stream\" is not known"),
        ("us.amazon.nova-micro-v1:0?stream=maybe", "stream=off"),
        ("us.amazon.nova-micro-v1:0?bare", "bare=allowed"),
        ("us.amazon.nova-micro-v1:0?model=", "model=<id of a model>"),
        ("arn:", "no ARN"),
        (&format!("{ARN}:inference-profile/"), "no ARN"),
        (&format!("{ARN}:inference-profile/eu_amazon"), "no ARN"),
        (&format!("{ARN}:provisioned-model/abcdefghijkl"), "no ARN"),
        ("arn:aws:bedrock:eu-central-1::foundation-model/amazon.nova-micro-v1:0", "no ARN"),
        ("arn:aws:sagemaker:eu-central-1:123456789012:inference-profile/eu.a.b", "no ARN"),
        ("arn:azure:bedrock:eu-central-1:123456789012:inference-profile/eu.a.b", "no ARN"),
        ("arn:aws:bedrock:EU:123456789012:inference-profile/eu.a.b", "no ARN"),
        ("arn:aws:bedrock:eu-central-1:12345:inference-profile/eu.a.b", "no ARN"),
        ("arn:aws:bedrock:eu-central-1:12345678901x:inference-profile/eu.a.b", "no ARN"),
    ];
    for (text, said) in cases {
        let error = Profile::parse(text).expect_err(text);
        assert_eq!(error.kind, ErrorKind::Invalid, "{text}");
        assert!(error.hint.is_some(), "{text}");
        assert!(error.to_string().contains(said), "{text}: {error}");
    }
}
