alter table job drop column step;
alter table model_version drop column curves;
