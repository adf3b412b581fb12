struct Args {
    host: pulumi_component::Output<String>,
}

fn main() {
    let args = Args { host: pulumi_component::Output::known("host".to_owned()) };
    let _ = pulumi_component::interpolate!("{args.host}");
}
