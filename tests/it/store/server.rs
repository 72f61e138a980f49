//! Does the log on a server guard itself: against hands, other programs, other processes, a server that is gone?
