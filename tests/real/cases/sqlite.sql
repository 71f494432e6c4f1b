.mode list
.headers on
pragma page_size = 4096;
create table city(id integer primary key, name text not null, country text, people integer, area real);
insert into city(name, country, people, area) values
  ('Vienna', 'AT', 1982097, 414.8), ('Graz', 'AT', 298479, 127.6), ('Lyon', 'FR', 522250, 47.9),
  ('Nice', 'FR', 348085, 71.9), ('Göteborg', 'SE', 604829, 447.8), ('大阪', 'JP', 2753862, 225.3);
create index by_country on city(country, people desc);
create view dense as select name, people / area as density from city where people / area > 5000;
create trigger keep_name before update of name on city when new.name = '' begin select raise(ignore); end;
begin;
with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000)
insert into city(name, country, people, area) select 'village ' || i, 'V' || (i % 7), i * 37 % 997, i % 13 + 0.5 from n;
commit;
begin;
delete from city;
rollback;
select count(*), sum(people), round(avg(area), 4), min(name), max(people) from city;
select country, count(*) as n, group_concat(name, '/') from (select * from city where id < 20 order by id) group by country order by 1;
select name, rank() over (partition by country order by people desc) as place from city where id <= 6 order by country, place;
select * from dense order by density desc limit 5;
update city set name = '' where id = 1;
update city set people = people + 1 where country = 'V3';
select changes(), total_changes() > 3000;
select json_extract('{"a":[1,2,{"b":"c"}]}', '$.a[2].b'), json_group_array(country) from (select distinct country from city order by 1);
select printf('%08.3f|%-6s|%x', 3.14159, 'left', 48879), upper('straße'), length('大阪'), hex(zeroblob(4));
select sum(length(name)), count(distinct people) from city where name like 'village 1%' or name glob '*[3-5]';
explain query plan select * from city where country = 'FR' order by people desc;
vacuum;
pragma integrity_check;
select sqlite_version();
