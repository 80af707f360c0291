alter table dataset drop column creator_kind;
