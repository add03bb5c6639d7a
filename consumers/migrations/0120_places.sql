-- Who follows a ward or a street by mail: of the open petitions there, what the role `notifier` may know. The words are those that it reads on
-- the record, sealed as there: of them it opens the place, for the street that anybody may read.

create view followed_case as
select petition_id, channel, category, state, ward_code, received_at, petition from petition;
