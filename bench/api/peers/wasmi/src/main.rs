//! The rows of `./dev bench api` for wasmi: wasmi_api MODULES [BIG.wasm]. The folder has the modules
//! as bytes. Measures as bench/api/measure.hpp does.
use std::hint::black_box;
use std::time::Instant;
use wasmi::{errors::HostError, Config, Engine, Error, ExternType, Func, Linker, Module, ResumableCall, Store, Val};

#[derive(Debug)]
struct Pending;
impl std::fmt::Display for Pending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("pending")
    }
}
impl HostError for Pending {}

fn row(key: &str, value: f64) {
    println!("{{\"key\": \"{key}\", \"value\": {value:.4}}}");
}

fn best_of_calls(calls: u32, rounds: u32, mut run: impl FnMut(u32)) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..rounds {
        let start = Instant::now();
        run(calls);
        best = best.min(start.elapsed().as_nanos() as f64 / f64::from(calls));
    }
    best
}

fn best_of_batches(mut body: impl FnMut()) -> f64 {
    body();
    let (mut per_batch, mut best, mut batches) = (1u64, f64::INFINITY, 0);
    while batches < 15 {
        let start = Instant::now();
        for _ in 0..per_batch {
            body();
        }
        let ns = start.elapsed().as_nanos() as f64;
        if ns < 10e6 {
            per_batch *= 2;
            continue;
        }
        best = best.min(ns / per_batch as f64);
        batches += 1;
    }
    best
}

fn calls(folder: &str) -> Result<(), Error> {
    let engine = Engine::default();
    let module = Module::new(&engine, std::fs::read(format!("{folder}/calls.wasm")).unwrap())?;
    let mut store = Store::new(&engine, 0u64);
    let mut linker = Linker::<u64>::new(&engine);
    linker.func_wrap("host", "add", |a: i32, b: i32| a.wrapping_add(b))?;
    linker.func_wrap("host", "nop", || ())?;
    let instance = linker.instantiate_and_start(&mut store, &module)?;
    let empty = instance.get_typed_func::<(), ()>(&store, "empty")?;
    row("call_empty", best_of_calls(20_000, 250, |n| {
        for _ in 0..n {
            black_box(empty.call(&mut store, ()).is_ok());
        }
    }));
    let add = instance.get_typed_func::<(i32, i32), i32>(&store, "add")?;
    row("call_add", best_of_calls(20_000, 250, |n| {
        let mut x = 0;
        for _ in 0..n {
            x = add.call(&mut store, (x, 1)).unwrap();
        }
        black_box(x);
    }));
    row("call_add_lookup", best_of_calls(20_000, 100, |n| {
        let mut x = 0;
        for _ in 0..n {
            let f = instance.get_typed_func::<(i32, i32), i32>(&store, "add").unwrap();
            x = f.call(&mut store, (x, 1)).unwrap();
        }
        black_box(x);
    }));
    let mut base = 0.0;
    for (name, key) in [("loop", "guest_loop"), ("loop_nop", "host_empty"), ("loop_add", "host_add")] {
        let f = instance.get_typed_func::<i32, i32>(&store, name)?;
        let ns = best_of_calls(20_000, 250, |n| {
            black_box(f.call(&mut store, n as i32).unwrap());
        });
        row(key, ns - base);
        if name == "loop" {
            base = ns;
        }
    }
    Ok(())
}

fn suspend(folder: &str) -> Result<(), Error> {
    let engine = Engine::default();
    let module = Module::new(&engine, std::fs::read(format!("{folder}/suspend.wasm")).unwrap())?;
    let mut store = Store::new(&engine, ());
    let mut linker = Linker::<()>::new(&engine);
    linker.func_wrap("host", "wait", |_: i32| -> Result<i32, Error> { Err(Error::host(Pending)) })?;
    let instance = linker.instantiate_and_start(&mut store, &module)?;
    let run = instance.get_func(&store, "run").unwrap();
    let mut results = [Val::I32(0)];
    let mut one = Some(run.call_resumable(&mut store, &[Val::I32(1)], &mut results)?);
    row("suspend_cpp", best_of_calls(5_000, 200, |n| {
        for _ in 0..n {
            match one.take() {
                Some(ResumableCall::HostTrap(call)) => {
                    one = Some(call.resume(&mut store, &[Val::I32(1)], &mut results).unwrap())
                }
                _ => panic!("not suspended"),
            }
        }
    }));
    Ok(())
}

fn instances(folder: &str, big: Option<&String>) -> Result<(), Error> {
    let engine = Engine::default();
    let module = Module::new(&engine, std::fs::read(format!("{folder}/small.wasm")).unwrap())?;
    let mut linker = Linker::<()>::new(&engine);
    linker.func_wrap("host", "nop", || ())?;
    row("inst_demand", best_of_batches(|| {
        let mut store = Store::new(&engine, ());
        black_box(linker.instantiate_and_start(&mut store, &module).unwrap());
    }));
    row("inst_demand_call", best_of_batches(|| {
        let mut store = Store::new(&engine, ());
        let instance = linker.instantiate_and_start(&mut store, &module).unwrap();
        let f = instance.get_typed_func::<(), i32>(&store, "f").unwrap();
        assert_eq!(f.call(&mut store, ()).unwrap(), 8);
    }));
    if let Some(path) = big {
        let mut config = Config::default();
        config.consume_fuel(false);
        let engine = Engine::new(&config);
        let module = Module::new(&engine, std::fs::read(path).unwrap())?;
        row("big_demand", best_of_batches(|| {
            let mut store = Store::new(&engine, ());
            let mut linker = Linker::<()>::new(&engine);
            for import in module.imports() {
                if let ExternType::Func(ty) = import.ty() {
                    let f = Func::new(&mut store, ty.clone(), |_, _, _| Ok(()));
                    linker.define(import.module(), import.name(), f).unwrap();
                }
            }
            black_box(linker.instantiate_and_start(&mut store, &module).unwrap());
        }));
    }
    Ok(())
}

fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().collect();
    let folder = arguments.get(1).expect("the folder of the modules");
    calls(folder)?;
    suspend(folder)?;
    instances(folder, arguments.get(2))
}
