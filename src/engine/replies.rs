//! What did a person mean by a text that came back? Digits and a number that is known, nothing else (contract 5.6).
//!
//! `1` has it, `2` cannot, with a case number when several pages are open. What is not understood changes nothing.

use chrono::SubsecRound;

use super::core::Engine;
use super::error::EngineError;
use super::page::Page;
use crate::episode::event::{Attempt, Purpose, Said, Via};
use crate::episode::input::Input;
use crate::ports::{PageSummary, Reply};

/// What a text says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Digit {
    /// "I have it."
    HaveIt,
    /// "I cannot."
    Cannot,
}

impl Engine {
    /// Reads what came back since the oldest open page began, and does what each new text says.
    pub async fn read_replies(&self) -> Result<(), EngineError> {
        let open = self.open_pages().await?;
        let Some(since) = open.iter().map(|page| page.opened_at).min() else { return Ok(()) };
        for provider in &self.parts.providers {
            let Some(mut replies) = self.within(self.patience(), provider.replies(since)).await else {
                tracing::warn!(provider = provider.name(), "replies could not be read in time");
                continue;
            };
            replies.sort_by_key(|reply| reply.received_at);
            for reply in replies {
                self.hear_once(&open, provider.name(), &reply).await?;
            }
        }
        Ok(())
    }

    /// The open pages of this engine's mode.
    pub(super) async fn open_pages(&self) -> Result<Vec<PageSummary>, EngineError> {
        let mut open = self.parts.store.pages(false).await?;
        open.retain(|page| page.training == self.parts.training);
        Ok(open)
    }

    /// Does what a text says, unless it was heard before, whether it was fetched or brought.
    pub(super) async fn hear_once(
        &self,
        open: &[PageSummary],
        provider: &str,
        reply: &Reply,
    ) -> Result<(), EngineError> {
        let key = format!("{provider} {}", reply.provider_id);
        // One at a time: a text may be fetched while it is being brought.
        let _hearing = self.hearing.lock().await;
        if !self.parts.store.reply_used(&key).await? {
            // Done first and noted afterwards: a crash in between repeats a word, which is harmless, and never loses
            // one.
            self.hear(open, reply).await?;
            self.parts.store.use_reply(&key, self.now()).await?;
        }
        Ok(())
    }

    /// Whether whoever gets `attempt` was asked to take another page that still waits, so that `1` alone would not say
    /// which. Asked once the attempt is on disk: of two pages that go out at once, each sees the other. What cannot be
    /// told counts as yes, because a reply with a case number is always understood.
    pub(super) async fn asked_elsewhere(&self, page: &Page, attempt: &Attempt) -> bool {
        let Some(number) = attempt.contact.phone.as_deref().filter(|_| asks(attempt)) else { return false };
        let found = async {
            for summary in self.parts.store.pages(false).await? {
                if summary.training == self.parts.training && summary.episode != page.episode {
                    let other = self.page(&summary.episode).await?;
                    if waits(&other) && was_asked(&other, number) {
                        return Ok::<bool, EngineError>(true);
                    }
                }
            }
            Ok(false)
        };
        found.await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the other open pages cannot be read, so the message asks for the case number");
            true
        })
    }

    async fn hear(&self, open: &[PageSummary], reply: &Reply) -> Result<(), EngineError> {
        let provider_id = &reply.provider_id;
        let Some((digit, case)) = understand(&reply.text) else {
            tracing::warn!(%provider_id, "a reply is neither 1 nor 2, so it changes nothing");
            return Ok(());
        };
        let mut meant = Vec::new();
        for summary in open {
            let named = case.as_deref().is_none_or(|case| same_case(case, &summary.case));
            // Providers tell whole seconds. An older reply belongs to an older page.
            if named && reply.received_at >= summary.opened_at.trunc_subsecs(0) {
                let page = match self.page(&summary.episode).await {
                    Ok(page) => page,
                    Err(EngineError::Store(error)) => return Err(error.into()),
                    Err(error) => {
                        tracing::error!(%error, "a page cannot be read, so replies to it are not heard");
                        continue;
                    }
                };
                meant.extend(sender(&page, &reply.from).map(|name| (page, name)));
            }
        }
        // Whoever answers means a page that still waits rather than one that somebody has, and a page that they were
        // asked to take rather than one whose ladder will only come to them.
        prefer(&mut meant, |(page, _)| waits(page));
        prefer(&mut meant, |(page, _)| was_asked(page, &reply.from));
        let [(page, name)] = meant.as_slice() else {
            let pages = meant.len();
            tracing::warn!(%provider_id, pages, "a reply fits no page, or several, so it changes nothing");
            return Ok(());
        };
        let via = if self.parts.training { Via::Training } else { Via::Sms };
        let said = Said { by: name.clone(), via };
        let input = match digit {
            Digit::HaveIt => Input::Acknowledge(said),
            Digit::Cannot => Input::Decline(said),
        };
        let heard = self.submit(&page.episode, input).await?.is_ok();
        tracing::info!(episode = %page.episode, %provider_id, ?digit, heard, "a reply came in");
        Ok(())
    }
}

/// The name under which this page knows a number: from the ladder in force, or from whom it was sent to besides.
fn sender(page: &Page, number: &str) -> Option<String> {
    let climbed = page.state.ladder.rungs.iter().flat_map(|rung| &rung.contacts);
    let mut known = climbed.chain(page.state.attempts.iter().rev().map(|tried| &tried.attempt.contact));
    known.find(|contact| contact.phone.as_deref() == Some(number)).map(|contact| contact.name.clone())
}

/// Keeps those that `better` holds for, if there are several and it holds for any.
fn prefer<T>(candidates: &mut Vec<T>, better: impl Fn(&T) -> bool) {
    if candidates.len() > 1 && candidates.iter().any(&better) {
        candidates.retain(better);
    }
}

/// Whether a message asks for `1` or `2`.
fn asks(attempt: &Attempt) -> bool {
    matches!(attempt.purpose, Purpose::Page | Purpose::Exhausted)
}

/// Whether `number` was sent a message that asks to take the page.
fn was_asked(page: &Page, number: &str) -> bool {
    let mut sent = page.state.attempts.iter().map(|tried| &tried.attempt);
    sent.any(|attempt| asks(attempt) && attempt.contact.phone.as_deref() == Some(number))
}

/// Whether nobody has the page yet.
fn waits(page: &Page) -> bool {
    page.state.acknowledged.is_none() && page.state.cancelled.is_none()
}

/// The digit and the case number of a text, if it says nothing else. Spaces, punctuation at the ends and between, and
/// the case of letters do not count.
fn understand(text: &str) -> Option<(Digit, Option<String>)> {
    let said: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
    let mut rest = said.chars();
    let digit = match rest.next()? {
        '1' => Digit::HaveIt,
        '2' => Digit::Cannot,
        _ => return None,
    };
    let case = bare(rest.as_str());
    if rest.as_str().is_empty() {
        Some((digit, None))
    } else {
        (!case.is_empty() && case.chars().all(|c| c.is_ascii_digit())).then(|| (digit, Some(case.to_owned())))
    }
}

/// Whether a case number is the one that was typed, with or without `INC`.
fn same_case(typed: &str, case: &str) -> bool {
    bare(&case.to_uppercase()) == typed
}

fn bare(case: &str) -> &str {
    case.strip_prefix("INC").unwrap_or(case)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_understood_with_and_without_a_case_number() {
        let understood =
            |text| understand(text).map(|(digit, case)| (digit == Digit::HaveIt, case.unwrap_or_default()));
        let table: [(&str, Option<(bool, &str)>); 16] = [
            ("1", Some((true, ""))),
            (" 1 \n", Some((true, ""))),
            ("1.", Some((true, ""))),
            ("2", Some((false, ""))),
            ("1 1234567", Some((true, "1234567"))),
            ("11234567", Some((true, "1234567"))),
            ("2 inc1234567", Some((false, "1234567"))),
            ("1: INC 1234567!", Some((true, "1234567"))),
            ("", None),
            ("3", None),
            ("yes", None),
            ("1 tomorrow", None),
            ("2 INC", None),
            ("STOP", None),
            ("I have it 1", None),
            ("١", None),
        ];
        for (text, expected) in table {
            assert_eq!(understood(text), expected.map(|(has, case)| (has, case.to_owned())), "{text:?}");
        }
    }

    #[test]
    fn a_case_number_matches_with_and_without_its_letters() {
        assert!(
            same_case("1234567", "INC1234567") && same_case("1234567", "inc1234567") && same_case("1234567", "1234567")
        );
        assert!(!same_case("123456", "INC1234567"));
    }
}
