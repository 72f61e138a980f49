//! `sync --mail` with `changes_by_sms`: a text to everybody whose time on call an edited sheet changes, once a change.
//!
//! What falls into quiet hours leaves with the first run after them: what was texted is remembered apart from the letters.

use super::notes::{Text, Texts, try_again};
use super::sync::{Surroundings, by_person, digest};
use crate::desk::error::CommandError;
use crate::schedule::Schedule;
use crate::schedule::loaded::LoadedSchedule;
use crate::wording::changes::line;
use crate::wording::handoff as words;

/// A text and what became of it.
pub(super) struct Texted {
    name: String,
    to: String,
    body: String,
    outcome: &'static str,
    detail: String,
}

impl Texted {
    /// What is said of it.
    pub(super) fn lines(&self) -> Vec<String> {
        words::sent(&self.name, &self.to, "text", &self.body, self.outcome, &self.detail)
    }
}

impl Surroundings<'_> {
    /// Texts everybody whose duty to come is another than when texts were last sent.
    pub(super) async fn write_texts(
        &self,
        texts: &Texts,
        loaded: &LoadedSchedule,
        schedule: &Schedule,
    ) -> Result<Vec<Texted>, CommandError> {
        let (now, zone, desk) = (self.face.now, self.face.zone, &self.site.settings.desk);
        let mut texted = Vec::new();
        if self.site.quiet.is_quiet(now) {
            return Ok(texted);
        }
        let mode = if texts.training { "training" } else { "live" };
        let subject = format!("texts/{mode}/{}", loaded.name);
        let baseline = self.baseline(&subject, &loaded.name).await?;
        let (_, to_come) = self.differences(&loaded.name, baseline.as_ref(), schedule);
        let facts = words::Facts {
            desk_short: &desk.name,
            help_desk_phone: &desk.help_desk_phone,
            training: texts.training,
            now,
            zone,
        };
        let mut all_done = true;
        for (person, changes) in by_person(&to_come) {
            let Some(number) = &person.phone else { continue };
            let lines: Vec<String> = changes.iter().map(|change| line(change, now, zone)).collect();
            let digest = digest(&format!("{}\n{}", loaded.snapshot(), lines.join("\n")));
            let own_subject = format!("{subject}/{}", person.name.to_lowercase());
            if self.notices.told(&own_subject).await?.as_ref() == Some(&digest) {
                continue;
            }
            let body = words::changed(&loaded.name, &changes, &facts);
            let key = format!("{own_subject}/{digest}");
            let text = Text { key: &key, to: number, name: &person.name, body: body.clone() };
            let report = texts.send(text).await;
            if try_again(&report) && !texts.training {
                all_done = false;
            } else {
                self.notices.tell(&own_subject, &digest, now).await?;
            }
            texted.push(Texted {
                name: person.name.to_string(),
                to: number.to_string(),
                body,
                outcome: texts.word(&report),
                detail: report.detail,
            });
        }
        if all_done {
            self.notices.tell(&subject, loaded.snapshot(), now).await?;
        }
        Ok(texted)
    }
}
