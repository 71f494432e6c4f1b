.mode csv
select count(*) from city;
select name, people from city where country = 'FR' order by people;
insert into city(name, country, people, area) values ('Arles', 'FR', 50454, 758.9);
create table note(city integer references city(id) on delete cascade, body text);
pragma foreign_keys = on;
insert into note select id, 'about ' || name from city where id < 50;
delete from city where id < 10;
select count(*), min(body), max(body) from note;
drop index by_country;
pragma integrity_check;
.tables
