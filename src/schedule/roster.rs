//! Who are the people, and how are they reached? Contacts, aliases, phone numbers; close names are suggested, never used.
