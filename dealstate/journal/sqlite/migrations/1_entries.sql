-- The journal: one row an entry, written once. Its columns are those of an event's JSON;
-- what an event does not have is NULL. An instant is text of one length, in UTC and to the
-- nanosecond, so that texts compare as the instants do and SQLite's date functions read them.
CREATE TABLE entries (
	position  INTEGER PRIMARY KEY CHECK (position > 0), -- from 1, without gaps
	accepted  TEXT NOT NULL,                            -- when it was taken; never falls
	recorder  TEXT,                                     -- who had it recorded
	deal      TEXT NOT NULL,
	id        TEXT,                                     -- of the event; NULL: an agreement
	kind      TEXT,
	party     TEXT,
	said_by   TEXT,
	role      TEXT,
	modality  TEXT,
	at        TEXT,
	recorded  TEXT,
	revision  INTEGER,
	ref       TEXT,
	"commitment" TEXT,
	until     TEXT,
	publisher TEXT,
	url       TEXT,
	published TEXT,
	note      TEXT,
	agreement TEXT,                                     -- its JSON; NULL: an event
	CHECK ((id IS NULL) = (agreement IS NOT NULL))
) STRICT;

CREATE INDEX entries_of_deal ON entries (deal);
CREATE INDEX entries_of_event ON entries (deal, id);
CREATE UNIQUE INDEX agreement_of_deal ON entries (deal) WHERE id IS NULL;

CREATE TRIGGER entries_never_change BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'entries are only added, never changed'); END;
CREATE TRIGGER entries_are_never_removed BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'entries are only added, never removed'); END;

-- Each event once, as it counts: the entry with the earliest recorded, which is the last.
-- What it leaves out has the meaning that the library gives it.
CREATE VIEW events AS
SELECT position, accepted, recorder, deal, id, kind, party, said_by, role, coalesce(modality, 'asserted') AS modality, at,
	coalesce(recorded, at) AS recorded, revision, ref, "commitment", until, publisher, url, published, note
FROM entries AS e
WHERE id IS NOT NULL AND position = (SELECT max(position) FROM entries AS o WHERE o.deal = e.deal AND o.id = e.id);

CREATE VIEW agreements AS
SELECT position, accepted, recorder, deal, json_extract(agreement, '$.title') AS title, agreement
FROM entries WHERE id IS NULL;
