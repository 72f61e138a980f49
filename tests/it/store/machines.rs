//! Do several machines share one log on a server? The real program in several site folders, and engines that are killed.
