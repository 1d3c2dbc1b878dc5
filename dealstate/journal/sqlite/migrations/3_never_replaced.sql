-- REPLACE removes the row that is in its way without the trigger of a DELETE. So an entry is
-- added only where none is in its way: behind the last, and an agreement only once.
CREATE TRIGGER entries_are_never_replaced BEFORE INSERT ON entries
WHEN NEW.position <= (SELECT coalesce(max(position), 0) FROM entries) OR NEW.id IS NULL AND EXISTS (SELECT 1 FROM entries WHERE deal = NEW.deal AND id IS NULL)
BEGIN SELECT RAISE(ABORT, 'entries are only added, never replaced'); END;
