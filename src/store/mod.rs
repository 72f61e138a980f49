//! Where do pages live? The append-only log behind `ports::EpisodeStore`.
