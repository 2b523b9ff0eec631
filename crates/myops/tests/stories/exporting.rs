//! "I run your networks in my own program."

use std::fs;

use super::program::{done, names, place, refused};

#[test]
fn each_network_becomes_a_file_and_only_such_files_are_overwritten() {
    let place = place("exporting");
    let line = format!("export nested --onnx {place}/heart.onnx");
    done(&line);
    let parts = "1 2 3 lge-alone-1 lge-alone-2 lge-alone-locator locator";
    let expected: Vec<String> = parts
        .split(' ')
        .map(|part| format!("heart-{part}.onnx"))
        .collect();
    assert_eq!(names(&place), expected);
    let first = fs::read(format!("{place}/heart-1.onnx")).unwrap();
    done(&line);
    assert_eq!(fs::read(format!("{place}/heart-1.onnx")).unwrap(), first);

    // What has to be done before and after the network is in the file, as JSON.
    let text = String::from_utf8_lossy(&first);
    assert!(
        text.contains(r#""temperature":1.6"#) && text.contains(r#"{"code":2221,"name":"scar"}"#)
    );

    let other = format!("{place}/runet.onnx");
    fs::write(&other, "a file of somebody else").unwrap();
    let error = refused(&format!("export runet --onnx {other}"));
    let words = "exists and is not an ONNX file of this program, so it is not overwritten";
    assert_eq!(error, format!("error: {other}: {words}\n"));
    assert_eq!(
        fs::read_to_string(&other).unwrap(),
        "a file of somebody else"
    );
}
