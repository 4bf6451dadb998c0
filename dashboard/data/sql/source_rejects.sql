-- Why rows were rejected, with examples of where.
select source, reason, count, message, file, row, "column", value from rejects order by source, count desc, reason, number
