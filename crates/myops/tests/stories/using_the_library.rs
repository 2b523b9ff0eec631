//! "I want this in my own program": jobs of the library, several at once, without a command line.

use std::path::Path;
use std::sync::Mutex;
use std::thread;

use myops::app::phantom::patient;
use myops::app::segment::Finished;
use myops::app::{Error, FolderError, ModelError, Note, Progress, Stage, TrainingNote};
use myops::device::DeviceChoice;
use myops::image::label::Label;
use myops::{EvaluateJob, Model, PhantomJob, SegmentJob, Silent, TrainJob};

use super::program::{bytes, contents, done, json, network, patients, place};

/// Everything that a job told.
#[derive(Default)]
struct Told(Mutex<Vec<String>>);

impl Told {
    fn add(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }

    fn lines(self) -> Vec<String> {
        self.0.into_inner().unwrap()
    }
}

impl Progress for Told {
    fn started(&self, stage: Stage, total: u64) {
        self.add(format!("{stage} {total} {}", stage.unit()));
    }

    fn advanced(&self, steps: u64, _: &str) {
        self.add(format!("+{steps}"));
    }

    fn message(&self, note: &Note) {
        if !matches!(note, Note::Finding(_)) {
            self.add(note.to_string());
        }
    }

    fn finished(&self) {
        self.add("end".into());
    }
}

#[test]
fn models_of_two_precisions_in_one_process_give_the_bits_that_each_gives_alone() {
    let study = patient(1, 5).0;
    let models = [
        ("runet", DeviceChoice::Cpu),
        ("runet", DeviceChoice::CpuBf16),
        (network(), DeviceChoice::Cpu),
    ]
    .map(|(name, device)| Model::open(name, device).unwrap());
    let segment = |model: &Model| {
        let found = model.segment(&study).unwrap();
        found.probabilities.of(Label::LvPool)
    };
    let alone = models.each_ref().map(segment);
    assert!(alone[0] != alone[1] && alone[0] != alone[2]);
    let together = thread::scope(|scope| {
        let threads = models
            .each_ref()
            .map(|model| scope.spawn(move || segment(model)));
        threads.map(|thread| thread.join().unwrap())
    });
    assert!(together == alone);
}

#[test]
fn jobs_beside_one_another_write_what_the_program_writes() {
    let out = place("library/jobs");
    let [by_program, first, second] = ["program", "first", "second"].map(|n| format!("{out}/{n}"));
    let name = network();
    done(&format!(
        "segment {} --model {name} --out {by_program}",
        patients()
    ));
    let model = Model::open(name, DeviceChoice::Cpu).unwrap();
    thread::scope(|scope| {
        for out in [&first, &second] {
            let job = SegmentJob::new([patients()], out);
            let model = &model;
            scope.spawn(move || {
                let done = job.run(model, &Silent).unwrap();
                assert_eq!((done.segmented, done.failed.len()), (4, 0));
            });
        }
    });
    assert!(contents(&first) == contents(&by_program) && contents(&second) == contents(&first));

    let job = EvaluateJob::new(&first, patients(), format!("{out}/scores"));
    let scores = job.run(&Silent).unwrap().evaluation;
    done(&format!(
        "evaluate --prediction {first} --reference {} --out {out}/other",
        patients()
    ));
    assert_eq!(
        json(format!("{out}/other/evaluation.json"))["cases"],
        serde_json::to_value(&scores.cases).unwrap()
    );
}

#[test]
fn a_job_tells_its_stages_to_whoever_asks() {
    let out = place("library/progress");
    let model = Model::open(network(), DeviceChoice::Cpu).unwrap();
    let mut job = SegmentJob::new([patients()], &out);
    let told = Told::default();
    job.run(&model, &told).unwrap();
    let expected = ["segmenting 4 cases", "+1", "+1", "+1", "+1", "end"];
    assert_eq!(told.lines(), expected);

    let told = Told::default();
    assert_eq!(job.run(&model, &told).unwrap().segmented, 0);
    let expected = ["4 cases finished before", "segmenting 0 cases", "end"];
    assert_eq!(told.lines(), expected);
    job.finished = Finished::Overwrite;
    assert_eq!(job.run(&model, &Silent).unwrap().segmented, 4);
}

#[test]
fn a_training_is_dated_by_the_clock_that_it_is_given() {
    let out = place("library/train");
    let text = std::fs::read_to_string(super::program::tiny_settings()).unwrap();
    let settings = myops::cli::decode_settings(&text, Path::new("tiny")).unwrap();
    let run = |name: &str, progress: &dyn Progress| {
        let clock = || std::time::UNIX_EPOCH;
        let job = TrainJob::new(patients(), format!("{out}/{name}"), clock);
        TrainJob { settings, ..job }.run(progress).unwrap()
    };
    let told = Told::default();
    let network = run("first", &told);
    assert!(network.ends_with("first/model.safetensors"));
    let note = Note::Training(TrainingNote::Starts {
        architecture: "runet",
        cases: 4,
        phantoms: 0,
        held_out: 0,
    });
    let told = told.lines();
    assert!(told.contains(&note.to_string()), "{told:?}");
    assert!(told.iter().any(|line| line.starts_with("training ")));
    run("second", &Silent);
    let events = |name| bytes(format!("{out}/{name}/events.out.tfevents.myops"));
    assert_eq!(events("first"), events("second"));
}

#[test]
fn errors_are_values_that_say_what_was_refused() {
    let error = Model::open("nope", DeviceChoice::Cpu).unwrap_err();
    assert!(matches!(&error, ModelError::Unknown(name) if name == "nope"));

    let data = place("library/errors");
    PhantomJob {
        cases: 1,
        ..PhantomJob::new(&data)
    }
    .run(&Silent)
    .unwrap();
    let job = SegmentJob::new([&data], &data);
    let error = job.find(&Silent).unwrap_err();
    let Error::Folder(FolderError::AmongInput { out, .. }) = &error else {
        panic!("{error}")
    };
    assert_eq!(out, Path::new(&data));
}
