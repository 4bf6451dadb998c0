-- Which categories of data have arrived, since when and until when; and how many inspections are known at all.
select code, rows, first_day, last_day from categories
union all
select 'checks', count(*), min(checked_date), max(checked_date) from checks
