-- By which the hotline finds a caller's petitions: a mark of the contact's phone number under a key of the deployment, no number. Erased
-- with the contact.
alter table contact_key add column phone bytea;
create index contact_key_phone on contact_key (phone) where phone is not null;
