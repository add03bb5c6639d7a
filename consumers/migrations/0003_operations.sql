-- For the operations centre's figures. Both columns grow with the table, so a block-range index costs the writer nothing to speak of.
create index petition_received_at on petition using brin (received_at);
create index timeline_at on timeline using brin (at);
