-- A look at the rows of one category. Parameter: code. One row per sample row, as JSON text.
select row_json from category_samples where code = $code order by number
