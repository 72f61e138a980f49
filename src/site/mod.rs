//! What does the site folder say? Settings as types; reading them from text with line numbers. No files here.
