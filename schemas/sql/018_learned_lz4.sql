-- State is read a granule at a time and written again with every save and every merge: LZ4 takes a third more of the disk and
-- less time for all three. Parts written before stay as they are until they are merged.
ALTER TABLE learned MODIFY COLUMN state String CODEC(LZ4);
