-- Whether the creator is a person: until now each was published as an organization.
alter table dataset
  add column creator_kind text not null default 'organization' check (creator_kind in ('organization', 'person'));
