//! How the fields of an item are found on a source's page.
