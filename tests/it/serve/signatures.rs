//! Do we prove and sign as the provider's own library does? The library `twilio` of Python is the judge, on random requests.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use page_oncall::decision::ladder::Channel;
use page_oncall::delivery::{PublicUrl, TwilioAccount, TwilioHooks, sign_as_twilio};
use page_oncall::ports::hooks::{Heard, HookRefused, HookRequest, Hooks};
use page_oncall::ports::{Clock, Pending};
use serde::{Deserialize, Serialize};

use super::provider::form;
use crate::support_tools::{project, tool};

const REQUESTS: usize = 400;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Signed {
    public: String,
    path: String,
    form: BTreeMap<String, String>,
    token: String,
    signature: String,
}

struct Still;

impl Clock for Still {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }

    fn sleep_until(&self, _: DateTime<Utc>) -> Pending<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

fn judge(words: &[&str], input: &str) -> Vec<String> {
    let mut command = Command::new(tool("venv/bin/python"));
    command.arg(project("tests/it/serve/signatures.py")).args(words).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut judge = command.spawn().unwrap();
    let mut stdin = judge.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()).unwrap());
    let ended = judge.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(ended.status.success());
    String::from_utf8(ended.stdout).unwrap().lines().map(str::to_owned).collect()
}

fn account(name: &str, sid: &str, number: Option<&str>, token: &str) -> TwilioAccount {
    TwilioAccount {
        name: name.to_owned(),
        channel: Channel::Sms,
        account_sid: sid.to_owned(),
        number: number.map(str::to_owned),
        token: token.into(),
    }
}

/// What the house makes of a request as it comes over the wire.
fn hear(signed: &Signed, tokens: &[&str]) -> Result<Heard, HookRefused> {
    let public = PublicUrl::try_from(signed.public.clone()).unwrap();
    let accounts = tokens.iter().map(|token| account("twilio", "AC0", None, token)).collect();
    let fields: Vec<(&str, &str)> = signed.form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    TwilioHooks::new(public, accounts, Arc::new(Still)).hear(&HookRequest {
        path_and_query: signed.path.clone(),
        headers: vec![("x-twilio-signature".to_owned(), signed.signature.clone())],
        body: form(&fields).into_bytes(),
    })
}

fn is_believed(signed: &Signed, tokens: &[&str]) -> bool {
    !matches!(hear(signed, tokens), Err(HookRefused::Forged))
}

#[test]
fn what_the_library_signs_is_believed_and_nothing_else() {
    let lines = judge(&["random", &REQUESTS.to_string()], "");
    assert_eq!(lines.len(), REQUESTS);
    for line in &lines {
        let signed: Signed = serde_json::from_str(line).unwrap();
        assert!(is_believed(&signed, &[&signed.token]), "{signed:?}");
        assert!(is_believed(&signed, &["another", &signed.token, "a third"]), "every token is tried: {signed:?}");
        assert!(!is_believed(&signed, &["another"]) && !is_believed(&signed, &[]), "{signed:?}");

        let changed = |change: &dyn Fn(&mut Signed)| {
            let mut forged = signed.clone();
            change(&mut forged);
            is_believed(&forged, &[&signed.token])
        };
        // One bit of the signature.
        assert!(!changed(&|it| {
            let first = if it.signature.starts_with('B') { "C" } else { "B" };
            it.signature.replace_range(..1, first);
        }));
        assert!(!changed(&|it| it.path.push('x')));
        assert!(!changed(&|it| it.public = "https://pager.example.com".to_owned()));
        assert!(!changed(&|it| drop(it.form.insert("Another".to_owned(), "field".to_owned()))));
        if let Some(name) = signed.form.keys().next() {
            assert!(!changed(&|it| it.form.get_mut(name).unwrap().push('1')));
            assert!(!changed(&|it| drop(it.form.remove(name))) || signed.form[name].is_empty() && name.is_empty());
        }
    }
}

#[test]
fn the_order_of_fields_counts_only_where_it_changes_what_is_said() {
    let public = "https://pager.example.edu";
    let address = format!("{public}/hooks/twilio/sms");
    let sign = |fields: &[(&str, &str)]| {
        let owned: Vec<_> = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        sign_as_twilio(&"token".into(), &address, &owned)
    };
    assert_eq!(sign(&[("A", "1"), ("B", "2")]), sign(&[("B", "2"), ("A", "1")]));
    assert_eq!(sign(&[("A", "1"), ("A", "1")]), sign(&[("A", "1")]), "a value that is repeated is signed once");
    assert_ne!(sign(&[("A", "1"), ("B", "2")]), sign(&[("A", "2"), ("B", "1")]));
}

#[test]
fn what_we_sign_the_library_believes() {
    let mut lines = judge(&["random", &REQUESTS.to_string()], "");
    for (number, line) in lines.iter_mut().enumerate() {
        let mut signed: Signed = serde_json::from_str(line).unwrap();
        let fields: Vec<_> = signed.form.clone().into_iter().collect();
        let address = format!("{}{}", signed.public, signed.path);
        signed.signature = sign_as_twilio(&signed.token.clone().into(), &address, &fields);
        if number % 2 == 1 {
            signed.path.push('x');
        }
        *line = serde_json::to_string(&signed).unwrap();
    }
    let judged = judge(&["prove"], &lines.join("\n"));
    let expected: Vec<_> = (0..REQUESTS).map(|number| if number % 2 == 0 { "true" } else { "false" }).collect();
    assert_eq!(judged, expected);
}

#[test]
fn a_request_belongs_to_the_account_whose_number_or_name_it_has() {
    let public = PublicUrl::try_from("https://pager.example.edu".to_owned()).unwrap();
    let accounts = vec![
        account("first", "AC1", Some("+16085550100"), "shared"),
        account("second", "AC2", None, "shared"),
        account("third", "AC3", Some("+16085550103"), "other"),
    ];
    let hooks = TwilioHooks::new(public, accounts, Arc::new(Still));
    let heard = |token: &str, fields: &[(&str, &str)]| {
        let fields = [&[("MessageSid", "SM1"), ("From", "+16085550101"), ("Body", "1")], fields].concat();
        let signature = super::provider::signature(token, "https://pager.example.edu/hooks/twilio/sms", &fields);
        let heard = hooks.hear(&HookRequest {
            path_and_query: "/hooks/twilio/sms".to_owned(),
            headers: vec![("x-twilio-signature".to_owned(), signature)],
            body: form(&fields).into_bytes(),
        });
        match heard {
            Ok(Heard::Reply { provider, reply }) => {
                assert_eq!((reply.provider_id.as_str(), reply.text.as_str()), ("SM1", "1"));
                provider
            }
            _ => "not heard".to_owned(),
        }
    };
    assert_eq!(heard("shared", &[("To", "+16085550100"), ("AccountSid", "AC2")]), "first");
    assert_eq!(heard("shared", &[("To", "+16085550109"), ("AccountSid", "AC2")]), "second");
    assert_eq!(heard("shared", &[("To", "+16085550103")]), "first", "the third did not sign it");
    assert_eq!(heard("other", &[]), "third");
    assert_eq!(heard("nobodys", &[("To", "+16085550100")]), "not heard");
}
