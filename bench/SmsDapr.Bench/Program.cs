using SmsDapr.Bench;

return await BenchCommand.Create().Parse(args).InvokeAsync();
