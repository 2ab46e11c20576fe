//! When a source is read: crontab(5), in the zone of the source. Pure.
