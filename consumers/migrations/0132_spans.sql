-- A search goes from the newest cases to the oldest and stops when it has enough: among a case's marks are the day and the month (Hanoi's)
-- in which it was received, as -20261128 and -202611. Cases that were forgotten have no marks.
drop index case_words_found;

update case_words w set words = array(
    select one from unnest(w.words || -to_char(p.received_at at time zone 'Asia/Ho_Chi_Minh', 'YYYYMMDD')::bigint
        || -to_char(p.received_at at time zone 'Asia/Ho_Chi_Minh', 'YYYYMM')::bigint) as one order by one
)
from petition p where p.petition_id = w.petition_id and w.words <> '{}';

create index case_words_found on case_words using gin (offices, words);
