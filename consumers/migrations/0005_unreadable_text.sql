-- Texts that PostgreSQL stores as JSON but cannot read (U+0000), from before the projector wrote U+FFFD in their place.

update petition set petition = regexp_replace(petition::text, '(?<!\\)((\\\\)*)\\u0000', '\1\\ufffd', 'g')::json
where position('\u0000' in petition::text) > 0;

update timeline set data = regexp_replace(data::text, '(?<!\\)((\\\\)*)\\u0000', '\1\\ufffd', 'g')::json
where position('\u0000' in data::text) > 0;
