//! How does a report leave by mail, and what is said of it? For `sync --mail` and `gaps --mail`.

use std::io::{self, Write};

use crate::episode::outcome::Outcome;
use crate::ports::{Letter, Post};
use crate::views::sync::LetterView;
use crate::wording::columns::{clean, paragraph};

/// The way out for letters.
pub struct Mailer<'a> {
    /// The site's mail provider; in training one that sends nothing.
    pub post: &'a dyn Post,
    /// Whether nothing is really sent.
    pub training: bool,
}

/// A letter and what became of it.
pub struct Posted {
    /// The letter.
    pub letter: Letter,
    /// What became of it.
    pub view: LetterView,
    /// Whether trying again may help.
    pub try_again: bool,
}

impl Mailer<'_> {
    /// Hands one letter over.
    pub async fn send(&self, letter: Letter) -> Posted {
        let report = self.post.post(&letter).await;
        let outcome = match report.outcome {
            _ if self.training => "training",
            Outcome::Accepted | Outcome::Delivered => Outcome::Accepted.word(),
            other => other.word(),
        };
        let view = LetterView {
            name: letter.name.clone(),
            to: Some(letter.to.clone()),
            subject: letter.subject.clone(),
            outcome,
            detail: report.detail,
        };
        Posted { letter, view, try_again: matches!(report.outcome, Outcome::Retryable | Outcome::Unknown) }
    }
}

/// Whether the letter left, or would have in live operation.
pub fn is_done(view: &LetterView) -> bool {
    matches!(view.outcome, "accepted" | "training")
}

/// Says what became of a letter; in training the whole letter, because nobody gets it.
pub fn write_posted(posted: &Posted, out: &mut dyn Write) -> io::Result<()> {
    let to = format!("{} <{}>", posted.letter.name, posted.letter.to);
    let to = to.trim();
    let line = match posted.view.outcome {
        "training" => format!("TRAINING: nothing was sent. It would go to {to}: {}", posted.view.subject),
        "accepted" => format!("mailed {to}: {}", posted.view.subject),
        _ => format!("NOT MAILED to {to}: {}", posted.view.detail),
    };
    writeln!(out, "{}", paragraph("  ", 4, &line))?;
    if posted.view.outcome == "training" {
        for line in posted.letter.text.lines() {
            writeln!(out, "{}", format!("    | {}", clean(line)).trim_end())?;
        }
        for attached in &posted.letter.attachments {
            writeln!(out, "    | (with the file {})", clean(&attached.name))?;
        }
    }
    Ok(())
}
