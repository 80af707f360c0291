-- How probabilities behave on the rows held out, threshold by threshold: JSON, immutable. Apart from the
-- scores, which every list of versions reads. Null for versions that were trained before it was kept.
alter table model_version add column curves text;
-- How far a training is: JSON. Null before its first step, and for other work.
alter table job add column step text;
