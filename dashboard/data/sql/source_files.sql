-- Every file that was read, with its account.
select source, path, bytes, sha256, read, accepted, rejected, notes, error from source_files order by source, number
