use proptest::prelude::*;
use serde_json::{Value, json};
use symbolon_identity::mock::{MockError, header_for, parse};

#[test]
fn what_edc_sends_is_understood() {
    let cases = [
        r#"{"region":"eu","audience":"provider","clientId":"consumer"}"#,
        r#"{"audience":null,"clientId":"consumer"}"#,
        r#" {"clientId":"consumer","more":[1,2]} "#,
        r#"{"clientId":"\u0063onsumer"}"#,
    ];
    for header in cases {
        assert_eq!(parse(header).unwrap().id(), "consumer", "{header}");
    }
}

#[test]
fn everything_else_is_refused() {
    let long = "x".repeat(2049);
    let cases = [
        (String::new(), MockError::NotAnObject),
        ("Bearer x".into(), MockError::NotAnObject),
        ("[\"consumer\"]".into(), MockError::NotAnObject),
        ("{\"clientId\":\"consumer\"".into(), MockError::NotAnObject),
        ("{\"clientId\":\"consumer\"} x".into(), MockError::NotAnObject),
        ("{}".into(), MockError::ClientId),
        (json!({"clientId": null}).to_string(), MockError::ClientId),
        (json!({"clientId": 3}).to_string(), MockError::ClientId),
        (json!({"clientId": ""}).to_string(), MockError::ClientId),
        (json!({"clientId": "a\nb"}).to_string(), MockError::ClientId),
        (json!({"clientId": long}).to_string(), MockError::ClientId),
        (json!({"clientId": "a", "x": "x".repeat(9000)}).to_string(), MockError::TooLarge),
    ];
    for (header, expected) in cases {
        assert_eq!(parse(&header).unwrap_err(), expected, "{header:.80}");
    }
}

#[test]
fn the_header_holds_the_three_members() {
    let header: Value = serde_json::from_str(&header_for("us", "them")).unwrap();
    assert_eq!(header, json!({"region": "any", "audience": "them", "clientId": "us"}));
}

proptest! {
    #[test]
    fn any_string_is_answered(text in any::<String>()) {
        let _ = parse(&text);
        let _ = parse(&format!("{{\"clientId\":{text}}}"));
    }

    #[test]
    fn any_id_goes_through_a_header(id in "\\PC{1,100}", audience in any::<String>()) {
        let header = header_for(&id, &audience);
        prop_assert!(header.bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{}", header);
        prop_assert_eq!(parse(&header).unwrap().into_id(), id);
    }
}
