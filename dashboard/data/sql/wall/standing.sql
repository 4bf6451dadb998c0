-- Clues in scope by the state they stand in now. Asks `scoped` of dashboard.data.loop.  Grain  one row per state
select state, count(*) as n from scoped group by state order by state
