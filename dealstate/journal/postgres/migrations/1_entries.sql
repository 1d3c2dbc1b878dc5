-- The journal: one row an entry, written once. Its columns are those of an event's JSON;
-- what an event does not have is NULL. An instant is text of one length, in UTC and to the
-- nanosecond, so that texts compare as the instants do: timestamptz would cut nanoseconds.
-- What is looked up compares byte by byte (COLLATE "C"), so that an index does not depend on
-- the sorting of languages, which changes with the operating system.
CREATE TABLE entries (
	position   bigint PRIMARY KEY CHECK (position > 0), -- from 1, without gaps
	accepted   text COLLATE "C" NOT NULL,               -- when it was taken; never falls
	recorder   text,                                    -- who had it recorded
	deal       text COLLATE "C" NOT NULL,
	id         text COLLATE "C" NOT NULL,               -- of the event; '': an agreement
	again      integer NOT NULL DEFAULT 0,              -- how many entries under the id came before, each with a later recorded
	kind       text,
	party      text,
	said_by    text,
	role       text,
	modality   text,
	at         text COLLATE "C",
	recorded   text COLLATE "C",
	revision   bigint,
	ref        text,
	commitment text,
	until      text COLLATE "C",
	publisher  text,
	url        text,
	published  text,
	note       text,
	title      text,                                    -- of an agreement
	agreement  json,                                    -- NULL: an event
	exact      text,                                    -- JSON of what a text cannot hold: NUL; the columns show U+FFFD in its place
	UNIQUE (deal, id, again),
	CHECK ((id = '') = (agreement IS NOT NULL))
);

CREATE INDEX entries_of_deal ON entries (deal, position);

CREATE FUNCTION entries_are_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'entries are only added, never changed or removed'; END $$;

CREATE TRIGGER entries_are_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON entries
FOR EACH STATEMENT EXECUTE FUNCTION entries_are_only_added();

-- Each event once, as it counts: the entry with the earliest recorded, which is the last.
-- What it leaves out has the meaning that the library gives it. Instants are cut to the
-- microsecond, not rounded: rounding could move one into the next day.
CREATE VIEW events AS
SELECT position, (left(accepted, 26) || 'Z')::timestamptz AS accepted, recorder, deal, id, kind, party, said_by, role, coalesce(modality, 'asserted') AS modality,
	(left(at, 26) || 'Z')::timestamptz AS at, (left(coalesce(recorded, at), 26) || 'Z')::timestamptz AS recorded, revision, ref, commitment,
	(left(until, 26) || 'Z')::timestamptz AS until, publisher, url, published, note
FROM entries AS e
WHERE id <> '' AND NOT EXISTS (SELECT FROM entries AS o WHERE o.deal = e.deal AND o.id = e.id AND o.again = e.again + 1);

CREATE VIEW agreements AS
SELECT position, (left(accepted, 26) || 'Z')::timestamptz AS accepted, recorder, deal, title, agreement
FROM entries WHERE id = '';
