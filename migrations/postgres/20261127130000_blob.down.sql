drop index job_of_upload;
drop index message_of_digest;
drop index revision_of_profile;
drop index revision_of_digest;
drop table blob;
